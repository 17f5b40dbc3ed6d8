import type { Reduce } from "../../../program/program.ts";
import type { Frame, Phase } from "../../execute/device.ts";
import { foldOf } from "../fold.ts";
import type { Part } from "../row.ts";
import { scatterApart } from "./scatterApart.ts";
import { scatterInRow } from "./scatterInRow.ts";
import type { Staging } from "./staging.ts";

/** Of more devices, what each shows to every other would be many short pieces. */
const mostApart = 64;

/** What values come to, of which each device keeps a part. */
export function reduceScatter(
  [reduce]: readonly Reduce[],
  row: readonly Part[],
  { device, values }: Frame,
  staging: Staging,
): readonly Phase[] {
  const { dtype } = values[reduce!.result]!;
  const { length } = staging.members;
  const room = Math.floor(staging.capacity(dtype) / (length - 1));
  const scattering = {
    ...{ row, device, dtype, staging },
    fold: foldOf(reduce!.fn, dtype, device.backend.add),
  };
  return length <= mostApart && room > 0
    ? scatterApart(scattering, room)
    : scatterInRow(scattering);
}
