import type { Buffer } from "../backend/backend.ts";
import { internal } from "../errors.ts";
import type { Bound } from "./execute/bind.ts";
import { type Device, heldOf, sliceOf } from "./execute/device.ts";
import { charge } from "./execute/usage.ts";
import type { ArrayId, Feed } from "./protocol.ts";

/** A device, and the arrays that it holds between runs. */
export interface Hosted {
  readonly device: Device;
  readonly arrays: Map<ArrayId, Buffer>;
}

/** Puts the inputs of a run into the program's slots. */
export function feed(
  bound: Bound,
  { device, arrays }: Hosted,
  inputs: readonly Feed[],
  at: number,
): void {
  const { slots, values } = bound.frame;
  bound.program.inputs.forEach(({ value, donated }, i) => {
    const given = inputs[i]!;
    if (typeof given === "number") {
      slots[value] = arrays.get(given);
      if (donated) arrays.delete(given);
      if (!slots[value]) throw internal(`input ${i} is not on the device`);
    } else {
      const { shape, dtype } = heldOf(sliceOf(values[value]!, device));
      slots[value] = device.backend.upload(given.parts[at]!, shape, dtype);
    }
  });
  charge(device);
  for (const value of bound.unused) {
    device.backend.dispose(slots[value]!);
    slots[value] = undefined;
  }
  charge(device);
}

/** Takes the results of a run out of the program's slots, and leaves them empty. */
export function collect(
  bound: Bound,
  { device, arrays }: Hosted,
  inputs: readonly Feed[],
  outputs: readonly ArrayId[],
): void {
  const { slots } = bound.frame;
  const { backend } = device;
  // An input that is still the caller's, and a value given out twice, get another buffer.
  const kept = new Set<number>();
  bound.program.inputs.forEach(({ value, donated }, i) => {
    if (!donated && typeof inputs[i] === "number") kept.add(value);
  });
  bound.program.outputs.forEach(({ value }, i) => {
    const buffer = slots[value]!;
    arrays.set(outputs[i]!, kept.has(value) ? backend.share(buffer, buffer.shape) : buffer);
    kept.add(value);
  });
  for (const { value } of bound.program.inputs) {
    if (slots[value] && !kept.has(value)) backend.dispose(slots[value]);
    slots[value] = undefined;
  }
  for (const { value } of bound.program.outputs) slots[value] = undefined;
  charge(device);
}
