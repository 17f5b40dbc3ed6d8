import { bytesPerElement } from "../../../dtype.ts";
import { volume } from "../../../program/placement.ts";
import type { Reduce } from "../../../program/program.ts";
import { after, type Frame, type Phase, sharing, sliceOf } from "../../execute/device.ts";
import { accessTo } from "../access.ts";
import { foldOf } from "../fold.ts";
import type { Group } from "../groups.ts";
import { keptOf } from "../kept.ts";
import type { Messages } from "./messages.ts";
import { landing, pack, roomLike, runsWithin, unpack } from "./packed.ts";
import { segmentsOf } from "./segments.ts";

/**
 * Settles a partial value. Each device folds a part: its share of a segment in an all-reduce, which
 * it sends to the others, or what it is to keep in a reduce-scatter.
 */
export function bindReduce(
  reduce: Reduce,
  frame: Frame,
  group: Group,
  messages: Messages,
  segmentBytes: number,
): readonly Phase[] {
  if (group.members.length === 1) return [sharing(frame, reduce.operand, reduce.result)];
  return reduce.name === "all-reduce"
    ? allReduce(reduce, frame, group, messages, segmentBytes)
    : reduceScatter(reduce, frame, group, messages, segmentBytes);
}

function allReduce(
  reduce: Reduce,
  frame: Frame,
  { members, rank }: Group,
  messages: Messages,
  segmentBytes: number,
): readonly Phase[] {
  const { device, values } = frame;
  const { dtype } = values[reduce.result]!;
  const own = device.number;
  const host = accessTo(frame, [reduce.operand], reduce.result);
  const fold = foldOf(reduce.fn, dtype);
  const others = members.flatMap((member, i) => (i === rank ? [] : [{ member, i }]));
  const elements = volume(sliceOf(values[reduce.operand]!, device).box);
  const received = (length: number) => {
    device.usage.bytesReceived += length * bytesPerElement[dtype];
  };

  const segments = segmentsOf(elements, dtype, segmentBytes).map(
    ({ begin, end }): readonly Phase[] => {
      const cut = (i: number) => begin + Math.floor(((end - begin) * i) / members.length);
      const length = (i: number) => cut(i + 1) - cut(i);
      const reached = others.filter(({ i }) => length(i) > 0);
      const send = () => {
        const operand = host.operand(0);
        for (const { member, i } of reached) {
          messages.send(own, member, operand.subarray(cut(i), cut(i + 1)));
        }
      };
      const foldShare = () => {
        if (length(rank) === 0) return;
        const share = host.operand(0).subarray(cut(rank), cut(rank + 1));
        const terms = members.map((_, i) => (i === rank ? share : roomLike(share, share.length)));
        const awaited = others.map(({ member, i }) => ({ from: member, into: terms[i]! }));
        return after(messages.receive(own, awaited), () => {
          const target = host.result();
          fold(terms, 0, target, cut(rank), share.length);
          received(share.length * others.length);
          const folded = target.subarray(cut(rank), cut(rank + 1));
          for (const { member } of others) messages.send(own, member, folded);
        });
      };
      const gather = () => {
        const target = host.result();
        const awaited = reached.map(({ member, i }) => {
          received(length(i));
          return { from: member, into: target.subarray(cut(i), cut(i + 1)) };
        });
        return messages.receive(own, awaited);
      };
      return [send, foldShare, gather];
    },
  );
  return [() => host.open(undefined), ...segments.flat(), () => host.close()];
}

function reduceScatter(
  reduce: Reduce,
  frame: Frame,
  { members, rank }: Group,
  messages: Messages,
  segmentBytes: number,
): readonly Phase[] {
  const { device, values } = frame;
  const { dtype } = values[reduce.result]!;
  const own = device.number;
  const host = accessTo(frame, [reduce.operand], reduce.result);
  const fold = foldOf(reduce.fn, dtype);
  const kept = members.map((member) => keptOf(reduce, values, device.mesh, member));
  const elements = volume(sliceOf(values[reduce.operand]!, device).box);

  const segments = segmentsOf(elements, dtype, segmentBytes).map(
    ({ begin, end }): readonly Phase[] => {
      const runsOf = (i: number) => runsWithin([kept[i]!], begin, end);
      const send = () => {
        const operand = host.operand(0);
        members.forEach((member, i) => {
          const runs = i === rank ? undefined : runsOf(i);
          if (runs && runs.elements > 0) messages.send(own, member, pack(runs, operand));
        });
      };
      const foldKept = () => {
        const runs = runsOf(rank);
        if (runs.elements === 0) return messages.receive(own, []);
        const mine = pack(runs, host.operand(0));
        const terms = members.map((_, i) => (i === rank ? mine : roomLike(mine, mine.length)));
        const awaited = members.flatMap((from, i) => (i === rank ? [] : { from, into: terms[i]! }));
        return after(messages.receive(own, awaited), () => {
          const target = host.result();
          const folded = landing(runs, target);
          fold(terms, 0, folded, 0, runs.elements);
          unpack(runs, folded, target);
          device.usage.bytesReceived += runs.elements * awaited.length * bytesPerElement[dtype];
        });
      };
      return [send, foldKept];
    },
  );
  return [() => host.open(undefined), ...segments.flat(), () => host.close()];
}
