import { bytesPerElement, type HostArray } from "../../../dtype.ts";
import type { Reduce } from "../../../program/program.ts";
import { after, type Frame, type Phase, sharing } from "../../execute/device.ts";
import { copyElements } from "../copy.ts";
import { foldOf } from "../fold.ts";
import type { Group } from "../groups.ts";
import {
  closeAll,
  eachPart,
  landingInRow,
  lengthOf,
  openAll,
  type Part,
  readRow,
  roomLike,
  rowOf,
  writeRow,
} from "../row.ts";
import { fastSum } from "./fastSum.ts";
import { landing, pack, type Runs, runsWithin, unpack } from "./packed.ts";
import { phasesOf, type Sending, segmentsOf } from "./segments.ts";

/**
 * Settles partial values, all in one. Each device folds a part: its share of a segment in an
 * all-reduce, which it sends to the others, or what it is to keep in a reduce-scatter.
 *
 * @param reduces of one kind, along the same axes
 */
export function bindReduce(
  reduces: readonly Reduce[],
  frame: Frame,
  group: Group,
  sending: Sending,
): readonly Phase[] {
  if (group.members.length === 1) {
    const shared = reduces.map((reduce) => sharing(frame, reduce.operand, reduce.result));
    return [() => shared.forEach((share) => void share())];
  }
  const [{ name, fn, result }] = reduces as [Reduce];
  const { sum } = sending.messages;
  if (sum && name === "all-reduce" && fn === "sum" && frame.values[result]!.dtype === "float32") {
    const row = rowOf(reduces, frame);
    return fastSum(row, frame.device, group, sum(group.members), sending);
  }
  const bind = name === "all-reduce" ? allReduce : reduceScatter;
  return bind(reduces, rowOf(reduces, frame), frame, group, sending);
}

function allReduce(
  [reduce]: readonly Reduce[],
  row: readonly Part[],
  { device, values }: Frame,
  { members, rank }: Group,
  sending: Sending,
): readonly Phase[] {
  const { dtype } = values[reduce!.result]!;
  const own = device.number;
  const { messages } = sending;
  const fold = foldOf(reduce!.fn, dtype);
  const others = members.flatMap((member, i) => (i === rank ? [] : [{ member, i }]));
  const received = (length: number) => {
    device.usage.bytesReceived += length * bytesPerElement[dtype];
  };

  const segments = segmentsOf(lengthOf(row), dtype, sending).map(
    ({ begin, end, copied }): [Phase, ...Phase[]] => {
      const cut = (i: number) => begin + Math.floor(((end - begin) * i) / members.length);
      const length = (i: number) => cut(i + 1) - cut(i);
      const reached = others.filter(({ i }) => length(i) > 0);
      const send = () => {
        for (const { member, i } of reached) {
          const share = readRow(row, cut(i), cut(i + 1));
          messages.send(own, member, copied ? share.slice() : share);
        }
      };
      const foldShare = () => {
        if (length(rank) === 0) return;
        const share = readRow(row, cut(rank), cut(rank + 1));
        const terms = around(share, rank, sending.terms(own, share, others.length));
        const awaited = others.map(({ member, i }) => ({ from: member, into: terms[i]! }));
        return after(messages.receive(own, awaited), () => {
          const folded = landingInRow(row, cut(rank), cut(rank + 1));
          fold(terms, 0, folded, 0, share.length);
          writeRow(row, cut(rank), folded);
          received(share.length * others.length);
          for (const { member } of others) messages.send(own, member, folded);
        });
      };
      const gather = () => {
        const awaited = reached.map(({ member, i }) => {
          received(length(i));
          return { from: member, into: landingInRow(row, cut(i), cut(i + 1)), at: cut(i) };
        });
        return after(messages.receive(own, awaited), () => {
          for (const { at, into } of awaited) writeRow(row, at, into);
        });
      };
      return [send, foldShare, gather];
    },
  );
  return phasesOf(
    () => openAll(row),
    segments,
    () => closeAll(row),
  );
}

/** What a member keeps of a part's elements in a segment. */
interface Kept {
  readonly part: Part;
  readonly runs: Runs;
}

function reduceScatter(
  [reduce]: readonly Reduce[],
  row: readonly Part[],
  { device, values }: Frame,
  { members, rank }: Group,
  sending: Sending,
): readonly Phase[] {
  const { dtype } = values[reduce!.result]!;
  const own = device.number;
  const { messages } = sending;
  const fold = foldOf(reduce!.fn, dtype);
  const copies = members.map((member) => new Map(row.map((part) => [part, part.kept(member)])));

  const segments = segmentsOf(lengthOf(row), dtype, sending).map(
    ({ begin, end, copied }): [Phase, ...Phase[]] => {
      const keptBy = (i: number): readonly Kept[] => {
        const all: Kept[] = [];
        eachPart(row, begin, end, (part, from, length) => {
          const runs = runsWithin([copies[i]!.get(part)!], from, from + length);
          if (runs.elements > 0) all.push({ part, runs });
        });
        return all;
      };
      const send = () => {
        members.forEach((member, i) => {
          const kept = i === rank ? [] : keptBy(i);
          if (kept.length > 0) messages.send(own, member, packAll(kept, copied));
        });
      };
      const foldKept = () => {
        const kept = keptBy(rank);
        if (kept.length === 0) return messages.receive(own, []);
        const mine = packAll(kept, false);
        const terms = around(mine, rank, sending.terms(own, mine, members.length - 1));
        const awaited = members.flatMap((from, i) => (i === rank ? [] : { from, into: terms[i]! }));
        return after(messages.receive(own, awaited), () => {
          foldAll(kept, (folded) => fold(terms, 0, folded, 0, mine.length), mine);
          device.usage.bytesReceived += mine.length * awaited.length * bytesPerElement[dtype];
        });
      };
      return [send, foldKept];
    },
  );
  return phasesOf(
    () => openAll(row),
    segments,
    () => closeAll(row),
  );
}

/** All members' terms: those received, and a member's own in its place. */
function around(own: HostArray, rank: number, received: readonly HostArray[]): HostArray[] {
  return [...received.slice(0, rank), own, ...received.slice(rank)];
}

/** What is kept of all parts, in a row. */
function packAll(kept: readonly Kept[], copied: boolean): HostArray {
  const alone = copied && kept.length === 1;
  const packed = kept.map(({ part, runs }) => pack(runs, part.host.operand(0), alone));
  if (packed.length === 1) return packed[0]!;
  const all = roomLike(
    packed[0]!,
    packed.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const numbers of packed) {
    all.set(numbers, at);
    at += numbers.length;
  }
  return all;
}

/** Folds what is kept of all parts, in a row, and puts it where it belongs. */
function foldAll(kept: readonly Kept[], fold: (into: HostArray) => void, like: HostArray): void {
  if (kept.length === 1) {
    const [{ part, runs }] = kept as [Kept];
    const target = part.host.result();
    const folded = landing(runs, target);
    fold(folded);
    return unpack(runs, folded, target);
  }
  const folded = roomLike(like, like.length);
  fold(folded);
  let at = 0;
  for (const { part, runs } of kept) {
    const target = part.host.result();
    for (const [, to, length] of runs.list) {
      copyElements(folded, at, target, to, length);
      at += length;
    }
  }
}
