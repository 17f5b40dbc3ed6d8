import { after } from "../../execute/device.ts";
import type { Folding } from "./folding.ts";
import { numbersOf, portionInRow } from "./portion.ts";
import type { Settle, Settling } from "./settling.ts";

/** Of each segment every device folds what it is to keep. */
export function reduceScatter(settling: Settling, fold: Folding): Settle {
  const { row, device, group, messages } = settling;
  const { members, rank } = group;
  const own = device.number;
  const kept = members.map((member) => new Map(row.map((part) => [part, part.kept(member)])));

  return ({ begin, end, copied }) => {
    const keptBy = (i: number) => portionInRow(row, begin, end, (part) => kept[i]!.get(part)!);
    const mine = keptBy(rank);
    const theirs = members.flatMap((member, i) => {
      const portion = i === rank ? undefined : keptBy(i);
      return portion ? [{ member, portion }] : [];
    });

    const send = () => {
      for (const { member, portion } of theirs) {
        messages.send(own, member, numbersOf(portion, copied));
      }
    };
    const foldKept = () => (mine ? after(fold(mine), () => undefined) : messages.receive(own, []));
    return [send, foldKept];
  };
}
