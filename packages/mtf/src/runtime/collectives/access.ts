import type { Buffer, MaybePromise } from "../../backend/backend.ts";
import { type HostArray, hostArray } from "../../dtype.ts";
import { volumeOf } from "../../shape.ts";
import { type Frame, shapeOf, sliceOf } from "../execute/device.ts";

/**
 * The numbers of a collective's operands and result on the host: the backend's own memory where it
 * can be reached, else copies. What is given out is valid until the next allocation.
 */
export interface Access {
  /** Allocates the result, full of `fill` if given, and makes the operands readable. */
  open(fill: number | undefined): MaybePromise<void>;
  operand(position: number): HostArray;
  result(): HostArray;
  /** Writes the result to the backend where it is held here. */
  close(): void;
}

const nothing = new Float32Array(0);

export function accessTo(
  { device, values, slots }: Frame,
  operands: readonly number[],
  result: number,
): Access {
  const { backend } = device;
  const slice = sliceOf(values[result]!, device);
  const shape = shapeOf(slice);
  const elements = volumeOf(shape);
  const copies: (HostArray | undefined)[] = [];
  let own: HostArray | undefined;

  return {
    open(fill) {
      const made = backend.allocate(shape, slice.dtype, fill);
      slots[result] = made;
      if (elements > 0 && !backend.view(made)) {
        own = hostArray(slice.dtype, elements);
        if (fill) own.fill(fill);
      }
      const pending: Promise<unknown>[] = [];
      operands.forEach((value, i) => {
        const buffer = slots[value]!;
        if (isEmpty(buffer) || backend.view(buffer)) return;
        const copy = backend.read(buffer);
        if (!(copy instanceof Promise)) copies[i] = copy;
        else pending.push(copy.then((numbers) => (copies[i] = numbers)));
      });
      return pending.length > 0 ? Promise.all(pending).then(() => undefined) : undefined;
    },
    operand(position) {
      const buffer = slots[operands[position]!]!;
      if (isEmpty(buffer)) return nothing;
      return copies[position] ?? backend.view(buffer)!;
    },
    result: () => (elements === 0 ? nothing : (own ?? backend.view(slots[result]!)!)),
    close() {
      if (own) backend.write(slots[result]!, 0, own);
      own = undefined;
      copies.length = 0;
    },
  };
}

function isEmpty(buffer: Buffer): boolean {
  return buffer.shape.includes(0);
}
