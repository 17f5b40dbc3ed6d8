import type { StoredDType } from "../../../dtype.ts";
import { eachPart, type Part } from "../row.ts";
import type { Staging } from "./staging.ts";

/** Shows the others what lies in a row from `begin` on, as much as goes into a window. */
export function publishRow(
  row: readonly Part[],
  staging: Staging,
  device: number,
  dtype: StoredDType,
  begin: number,
): void {
  staging.turn();
  const window = staging.window(device, dtype);
  eachPart(row, begin, begin + staging.capacity(dtype), ({ host }, from, length, at) => {
    window.set(host.operand(0).subarray(from, from + length), at);
  });
}
