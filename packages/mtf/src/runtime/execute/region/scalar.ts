import type { MaybePromise } from "../../../backend/backend.ts";
import { after, type Frame } from "../device.ts";

/** The number that a value is on a device. */
export function scalarIn(
  { slots, device: { backend } }: Frame,
  value: number,
): MaybePromise<number> {
  const buffer = slots[value]!;
  const known = backend.view(buffer);
  return known ? known[0]! : after(backend.read(buffer), (numbers) => numbers[0]!);
}
