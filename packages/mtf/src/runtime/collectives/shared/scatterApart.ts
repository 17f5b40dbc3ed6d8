import { copyElements } from "../../../backend/slices/copy.ts";
import { bytesPerElement } from "../../../dtype.ts";
import { after, type Phase } from "../../execute/device.ts";
import { eachKept, keptRow, lengthOfKept } from "../keptRow.ts";
import { closeAll, openAll } from "../row.ts";
import type { Scattering } from "./scattering.ts";
import { termsOf } from "./terms.ts";

/**
 * Each device shows every other what that one keeps, and nothing else, in a place of the window for each. So
 * all fold at the same time.
 *
 * @param room elements of a place
 */
export function scatterApart(
  { row, device, dtype, staging, fold }: Scattering,
  room: number,
): readonly Phase[] {
  const { members, rank } = staging;
  const kept = members.map((member) => keptRow(row, member));
  const rounds = Math.ceil(Math.max(...kept.map(lengthOfKept)) / room);
  const bytes = (members.length - 1) * bytesPerElement[dtype];
  /** Where what a device shows to another begins in its window: there is no place for itself. */
  const placeFor = (other: number, shower: number) => room * (other < shower ? other : other - 1);

  const publish = (round: number) => {
    staging.turn();
    const window = staging.window(device.number, dtype);
    for (const [i, theirs] of kept.entries()) {
      if (i === rank) continue;
      const place = placeFor(i, rank);
      eachKept(theirs, round * room, (round + 1) * room, ({ host }, { from, length, at }) => {
        copyElements(host.operand(0), from, window, place + at, length);
      });
    }
  };
  const foldKept = (round: number) => {
    const own = { numbers: row[0]!.host.operand(0), begin: 0 };
    const terms = termsOf(staging, dtype, own, (other) => placeFor(rank, other));
    eachKept(
      kept[rank]!,
      round * room,
      (round + 1) * room,
      ({ host }, { from, to, length, at }) => {
        [own.numbers, own.begin] = [host.operand(0), from - at];
        fold(terms, at, host.result(), to, length);
        device.usage.bytesReceived += length * bytes;
      },
    );
  };

  if (rounds === 0) return [() => openAll(row)];
  const begin: Phase = () => after(openAll(row), () => publish(0));
  const others = Array.from(
    { length: rounds },
    (_, round): Phase =>
      () => {
        foldKept(round);
        if (round + 1 < rounds) publish(round + 1);
        else closeAll(row);
      },
  );
  return [begin, ...others];
}
