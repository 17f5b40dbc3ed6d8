import { bytesPerElement } from "../../../dtype.ts";
import { wholeOf } from "../row.ts";
import type { Floats, SumOf } from "./messages.ts";
import { landingOf, numbersOf, portionInRow, settle } from "./portion.ts";
import type { Settle, Settling } from "./settling.ts";

/** An all-reduce that somebody else adds up, segment by segment. Nothing is sent before all are there. */
export function fastSum({ row, dtype, device, group }: Settling, add: SumOf): Settle {
  const { members } = group;
  return ({ begin, end }) => {
    const all = portionInRow(row, begin, end, wholeOf)!;
    // What the numbers take at least, however MPI sends them.
    const share = all.elements / members.length;
    const bytes = Math.round(2 * share * (members.length - 1) * bytesPerElement[dtype]);
    const reduce = () => {
      const sum = landingOf(all);
      add(numbersOf(all, false) as Floats, sum as Floats);
      settle(all, sum);
      device.usage.bytesReceived += bytes;
    };
    return [() => undefined, reduce];
  };
}
