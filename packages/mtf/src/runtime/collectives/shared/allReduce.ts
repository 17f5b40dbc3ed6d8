import { bytesPerElement } from "../../../dtype.ts";
import type { Reduce } from "../../../program/program.ts";
import { after, type Frame, type Phase } from "../../execute/device.ts";
import { foldOf } from "../fold.ts";
import { closeAll, eachPart, lengthOf, openAll, type Part } from "../row.ts";
import { publishRow } from "./publishRow.ts";
import type { Staging } from "./staging.ts";
import { termsOf } from "./terms.ts";

/**
 * What values come to, for all. They go through the windows in a row, in segments, of which each device folds its
 * share and copies the other shares, folded, from the others. Of two devices each folds all, which
 * reads as much of the other and waits for it once instead of twice.
 */
export function allReduce(
  [reduce]: readonly Reduce[],
  row: readonly Part[],
  { device, values }: Frame,
  staging: Staging,
): readonly Phase[] {
  const { dtype } = values[reduce!.result]!;
  const { members, rank } = staging;
  const fold = foldOf(reduce!.fn, dtype, device.backend.add);
  const elements = lengthOf(row);
  const capacity = staging.capacity(dtype);
  const others = (members.length - 1) * bytesPerElement[dtype];
  const lengthFrom = (begin: number) => Math.min(capacity, elements - begin);
  const shareOf = (begin: number, i: number) =>
    Math.floor((lengthFrom(begin) * i) / members.length);

  const foldShare = (begin: number) => {
    const [share, end] = [shareOf(begin, rank), shareOf(begin, rank + 1)];
    const own = staging.window(device.number, dtype);
    eachPart(row, begin + share, begin + end, ({ host }, from, length, at) => {
      const target = host.result();
      const mine = { numbers: host.operand(0), begin: from - share - at };
      fold(termsOf(staging, dtype, mine), share + at, target, from, length);
      // Nobody reads this device's window there any more: the others fold other shares.
      own.set(target.subarray(from, from + length), share + at);
    });
    device.usage.bytesReceived += (end - share) * others;
  };
  const copyShares = (begin: number) => {
    for (let i = 0; i < members.length; i++) {
      const [share, end] = [shareOf(begin, i), shareOf(begin, i + 1)];
      // Of many devices, most have no share in a few elements.
      if (i === rank || share === end) continue;
      const window = staging.window(members[i]!, dtype);
      eachPart(row, begin + share, begin + end, ({ host }, from, length, at) => {
        host.result().set(window.subarray(share + at, share + at + length), from);
      });
      device.usage.bytesReceived += (end - share) * bytesPerElement[dtype];
    }
  };

  const foldAll = (begin: number) => {
    const end = begin + lengthFrom(begin);
    eachPart(row, begin, end, ({ host }, from, length, at) => {
      const mine = { numbers: host.operand(0), begin: from - at };
      fold(termsOf(staging, dtype, mine), at, host.result(), from, length);
    });
    device.usage.bytesReceived += (end - begin) * others;
  };

  if (elements === 0) return [() => openAll(row)];
  const publish = (begin: number) => publishRow(row, staging, device.number, dtype, begin);
  const phases: Phase[] = [() => after(openAll(row), () => publish(0))];
  for (let begin = 0; begin < elements; begin += capacity) {
    const next = begin + capacity;
    if (members.length === 2) {
      phases.push(() => {
        foldAll(begin);
        if (next < elements) publish(next);
        else closeAll(row);
      });
      continue;
    }
    phases.push(() => foldShare(begin));
    phases.push(() => {
      copyShares(begin);
      if (next < elements) publish(next);
      else closeAll(row);
    });
  }
  return phases;
}
