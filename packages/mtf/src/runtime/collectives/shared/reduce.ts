import { bytesPerElement } from "../../../dtype.ts";
import { volume } from "../../../program/placement.ts";
import type { Reduce } from "../../../program/program.ts";
import { after, type Frame, type Phase, sharing, sliceOf } from "../../execute/device.ts";
import { accessTo } from "../access.ts";
import { type Copy, eachRun } from "../copy.ts";
import { foldOf } from "../fold.ts";
import { keptOf } from "../kept.ts";
import type { Staging } from "./staging.ts";

/**
 * Settles a partial value. Its buffers go through the windows in segments. In an all-reduce each
 * device folds its share of a segment and copies the other shares, folded, from the others; in a
 * reduce-scatter it folds what it is to keep. So every element is folded once in a group, or with
 * the same numbers in the same order.
 *
 * @param staging undefined where the device has no others
 */
export function bindReduce(
  reduce: Reduce,
  frame: Frame,
  staging: Staging | undefined,
): readonly Phase[] {
  if (!staging) return [sharing(frame, reduce.operand, reduce.result)];
  const { device, values } = frame;
  const elements = volume(sliceOf(values[reduce.operand]!, device).box);
  const kept = keptOf(reduce, values, device.mesh, device.number);
  return reduce.name === "all-reduce"
    ? allReduce(reduce, frame, staging, elements)
    : reduceScatter(reduce, frame, staging, elements, kept);
}

function allReduce(
  reduce: Reduce,
  frame: Frame,
  staging: Staging,
  elements: number,
): readonly Phase[] {
  const { device, values } = frame;
  const { dtype } = values[reduce.result]!;
  const { members, rank } = staging;
  const host = accessTo(frame, [reduce.operand], reduce.result);
  const fold = foldOf(reduce.fn, dtype);
  const capacity = staging.capacity(dtype);
  const others = (members.length - 1) * bytesPerElement[dtype];
  const windows = () => members.map((member) => staging.window(member, dtype));
  const lengthOf = (begin: number) => Math.min(capacity, elements - begin);
  const shareOf = (begin: number, i: number) => Math.floor((lengthOf(begin) * i) / members.length);

  const publish = (begin: number) => {
    staging.turn();
    const segment = host.operand(0).subarray(begin, begin + lengthOf(begin));
    staging.window(device.number, dtype).set(segment);
  };
  const foldShare = (begin: number) => {
    const at = shareOf(begin, rank);
    const length = shareOf(begin, rank + 1) - at;
    if (length === 0) return;
    const target = host.result();
    fold(windows(), at, target, begin + at, length);
    device.usage.bytesReceived += length * others;
    // Nobody reads this device's window there any more: the others fold other shares.
    const folded = target.subarray(begin + at, begin + at + length);
    staging.window(device.number, dtype).set(folded, at);
  };
  const copyShares = (begin: number) => {
    const target = host.result();
    for (let i = 0; i < members.length; i++) {
      const [from, to] = [shareOf(begin, i), shareOf(begin, i + 1)];
      // Of many devices, most have no share in a few elements.
      if (i === rank || from === to) continue;
      target.set(staging.window(members[i]!, dtype).subarray(from, to), begin + from);
      device.usage.bytesReceived += (to - from) * bytesPerElement[dtype];
    }
  };

  if (elements === 0) return [() => host.open(undefined)];
  const phases: Phase[] = [() => after(host.open(undefined), () => publish(0))];
  for (let begin = 0; begin < elements; begin += capacity) {
    const next = begin + capacity;
    phases.push(() => foldShare(begin));
    phases.push(() => {
      copyShares(begin);
      if (next < elements) publish(next);
      else host.close();
    });
  }
  return phases;
}

function reduceScatter(
  reduce: Reduce,
  frame: Frame,
  staging: Staging,
  elements: number,
  kept: Copy,
): readonly Phase[] {
  const { device, values } = frame;
  const { dtype } = values[reduce.result]!;
  const { members } = staging;
  const host = accessTo(frame, [reduce.operand], reduce.result);
  const fold = foldOf(reduce.fn, dtype);
  const capacity = staging.capacity(dtype);
  const others = (members.length - 1) * bytesPerElement[dtype];

  const publish = (begin: number) => {
    staging.turn();
    staging.window(device.number, dtype).set(host.operand(0).subarray(begin, begin + capacity));
  };
  const foldKept = (begin: number) => {
    const windows = members.map((member) => staging.window(member, dtype));
    const target = host.result();
    eachRun(kept, begin, begin + capacity, (from, to, length) => {
      fold(windows, from - begin, target, to, length);
      device.usage.bytesReceived += length * others;
    });
  };

  if (elements === 0) return [() => host.open(undefined)];
  const phases: Phase[] = [() => after(host.open(undefined), () => publish(0))];
  for (let begin = 0; begin < elements; begin += capacity) {
    const next = begin + capacity;
    phases.push(() => {
      foldKept(begin);
      if (next < elements) publish(next);
      else host.close();
    });
  }
  return phases;
}
