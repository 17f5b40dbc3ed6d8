import type { Buffer, MaybePromise } from "../../../backend/backend.ts";
import { copyOfFirst } from "../../../backend/slices/copy.ts";
import type { Binding } from "../../../program/program.ts";
import { volumeOf } from "../../../shape.ts";
import { after, type Frame, shapeOf, sliceOf } from "../device.ts";

/** What is stacked along a dim, which comes first, a part at a time. */
export interface Stack {
  /** Makes room for all parts; full of zeros where not all of them may come. */
  open(zeros: boolean): void;
  /** Puts a part in its place, and frees it. */
  put(index: number, part: Buffer): MaybePromise<void>;
}

export function bindStack({ outer, inner }: Binding, { device, values, slots }: Frame): Stack {
  const { backend } = device;
  const whole = sliceOf(values[outer]!, device);
  const shape = shapeOf(whole);
  const length = volumeOf(shapeOf(sliceOf(values[inner]!, device)));
  const copy = backend.within?.copy(copyOfFirst(length), whole.dtype);
  return {
    open(zeros) {
      slots[outer] = backend.allocate(shape, whole.dtype, zeros ? 0 : undefined);
    },
    put(index, part) {
      if (length === 0) return backend.dispose(part);
      if (copy) {
        copy(part, slots[outer]!, 0, index * length);
        return backend.dispose(part);
      }
      return after(backend.view(part) ?? backend.read(part), (numbers) => {
        backend.write(slots[outer]!, index * length, numbers);
        backend.dispose(part);
      });
    },
  };
}
