import type { Buffer, MaybePromise, Slice } from "../../backend/backend.ts";
import { type HostArray, hostArray } from "../../dtype.ts";
import { partsIn } from "../../rest/bytes.ts";
import { volumeOf } from "../../shape.ts";
import { type Frame, heldOf, sizedOf, sliceOf } from "../execute/device.ts";

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

/** @param part which of the arrays that the values rest in, where they are more than one */
export function accessTo(
  { device, values, slots }: Frame,
  operands: readonly number[],
  result: number,
  part = 0,
): Access {
  const { backend } = device;
  const slice = sliceOf(values[result]!, device);
  const { shape, dtype } = heldOf(slice);
  const length = volumeOf(shape);
  const partIn = (buffer: HostArray, of: Slice): HostArray =>
    of.rest ? partsIn(buffer as Uint8Array, sizedOf(of))[part]! : buffer;
  const slices = operands.map((value) => sliceOf(values[value]!, device));
  const copies: (HostArray | undefined)[] = [];
  let own: HostArray | undefined;

  const isHidden = (buffer: Buffer): boolean => !isEmpty(buffer) && !backend.view(buffer);
  const readHidden = (made: Buffer): Promise<unknown>[] => {
    const pending: Promise<unknown>[] = [];
    const read = (buffer: Buffer, keep: (numbers: HostArray) => void) => {
      const copy = backend.read(buffer);
      if (copy instanceof Promise) pending.push(copy.then(keep));
      else keep(copy);
    };
    if (own && part > 0) read(made, (numbers) => own!.set(numbers));
    operands.forEach((value, i) => {
      const buffer = slots[value]!;
      if (!isHidden(buffer)) return;
      read(buffer, (numbers) => {
        copies[i] = numbers;
      });
    });
    return pending;
  };

  return {
    open(fill) {
      // Whoever moves the first part allocates all of them.
      const made = part === 0 ? backend.allocate(shape, dtype, fill) : slots[result]!;
      slots[result] = made;
      if (length > 0 && !backend.view(made)) {
        own = hostArray(dtype, length);
        if (fill) own.fill(fill);
      }
      if (!own && !operands.some((value) => isHidden(slots[value]!))) return;
      const pending = readHidden(made);
      return pending.length > 0 ? Promise.all(pending).then(() => undefined) : undefined;
    },
    operand(position) {
      const buffer = slots[operands[position]!]!;
      if (isEmpty(buffer)) return nothing;
      return partIn(copies[position] ?? backend.view(buffer)!, slices[position]!);
    },
    result: () => (length === 0 ? nothing : partIn(own ?? backend.view(slots[result]!)!, slice)),
    close() {
      if (own) backend.write(slots[result]!, 0, own);
      own = undefined;
      if (copies.length > 0) copies.length = 0;
    },
  };
}

function isEmpty(buffer: Buffer): boolean {
  return buffer.shape.includes(0);
}
