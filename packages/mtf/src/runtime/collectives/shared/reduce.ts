import { eachRun } from "../../../backend/slices/copy.ts";
import { bytesPerElement } from "../../../dtype.ts";
import type { Reduce } from "../../../program/program.ts";
import { after, type Frame, type Phase, sharing } from "../../execute/device.ts";
import { foldOf } from "../fold.ts";
import { closeAll, eachPart, lengthOf, openAll, type Part, rowOf } from "../row.ts";
import type { Staging } from "./staging.ts";

/**
 * Settles partial values, all in one. Their buffers go through the windows in a row, in segments. In
 * an all-reduce each device folds its share of a segment and copies the other shares, folded, from
 * the others; of two devices each folds all, which reads as much of the other and waits for it once
 * instead of twice. In a reduce-scatter it folds what it is to keep. So every element is folded once
 * in a group, or with the same numbers in the same order.
 *
 * @param reduces of one kind, along the same axes
 * @param staging undefined where the device has no others
 */
export function bindReduce(
  reduces: readonly Reduce[],
  frame: Frame,
  staging: Staging | undefined,
): readonly Phase[] {
  if (!staging) {
    const shared = reduces.map((reduce) => sharing(frame, reduce.operand, reduce.result));
    return [() => shared.forEach((share) => void share())];
  }
  const [{ name }] = reduces as [Reduce];
  const bind = name === "all-reduce" ? allReduce : reduceScatter;
  return bind(reduces, rowOf(reduces, frame), frame, staging);
}

function allReduce(
  [reduce]: readonly Reduce[],
  row: readonly Part[],
  { device, values }: Frame,
  staging: Staging,
): readonly Phase[] {
  const { dtype } = values[reduce!.result]!;
  const { members, rank } = staging;
  const fold = foldOf(reduce!.fn, dtype);
  const elements = lengthOf(row);
  const capacity = staging.capacity(dtype);
  const others = (members.length - 1) * bytesPerElement[dtype];
  const windows = () => members.map((member) => staging.window(member, dtype));
  const lengthFrom = (begin: number) => Math.min(capacity, elements - begin);
  const shareOf = (begin: number, i: number) =>
    Math.floor((lengthFrom(begin) * i) / members.length);

  const foldShare = (begin: number) => {
    const [share, end] = [shareOf(begin, rank), shareOf(begin, rank + 1)];
    const own = staging.window(device.number, dtype);
    eachPart(row, begin + share, begin + end, ({ host }, from, length, at) => {
      const target = host.result();
      fold(windows(), share + at, target, from, length);
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
      fold(windows(), at, host.result(), from, length);
    });
    device.usage.bytesReceived += (end - begin) * others;
  };

  if (elements === 0) return [() => openAll(row)];
  const publish = (begin: number) => publishSegment(row, staging, device.number, dtype, begin);
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

function reduceScatter(
  [reduce]: readonly Reduce[],
  row: readonly Part[],
  { device, values }: Frame,
  staging: Staging,
): readonly Phase[] {
  const { dtype } = values[reduce!.result]!;
  const { members } = staging;
  const fold = foldOf(reduce!.fn, dtype);
  const elements = lengthOf(row);
  const capacity = staging.capacity(dtype);
  const others = (members.length - 1) * bytesPerElement[dtype];
  const kept = new Map(row.map((part) => [part, part.kept(device.number)]));

  const foldKept = (begin: number) => {
    const windows = members.map((member) => staging.window(member, dtype));
    eachPart(row, begin, begin + capacity, (part, first, size, at) => {
      const target = part.host.result();
      eachRun(kept.get(part)!, first, first + size, (from, to, length) => {
        fold(windows, from - first + at, target, to, length);
        device.usage.bytesReceived += length * others;
      });
    });
  };

  if (elements === 0) return [() => openAll(row)];
  const publish = (begin: number) => publishSegment(row, staging, device.number, dtype, begin);
  const phases: Phase[] = [() => after(openAll(row), () => publish(0))];
  for (let begin = 0; begin < elements; begin += capacity) {
    const next = begin + capacity;
    phases.push(() => {
      foldKept(begin);
      if (next < elements) publish(next);
      else closeAll(row);
    });
  }
  return phases;
}

/** Shows the others what lies in a row from `begin` on, as much as goes into a window. */
function publishSegment(
  row: readonly Part[],
  staging: Staging,
  device: number,
  dtype: Parameters<Staging["capacity"]>[0],
  begin: number,
): void {
  staging.turn();
  const window = staging.window(device, dtype);
  eachPart(row, begin, begin + staging.capacity(dtype), ({ host }, from, length, at) => {
    window.set(host.operand(0).subarray(from, from + length), at);
  });
}
