import { bytesPerElement } from "../../../dtype.ts";
import { after } from "../../execute/device.ts";
import { wholeOf } from "../row.ts";
import type { Folding } from "./folding.ts";
import { landingOf, numbersOf, portionInRow, settle } from "./portion.ts";
import { relayOf } from "./relay.ts";
import type { Settle, Settling } from "./settling.ts";

/** Of each segment every device folds a share, and sends it to the others. */
export function allReduce(settling: Settling, fold: Folding): Settle {
  const { row, dtype, device, group, messages } = settling;
  const { members, rank } = group;
  const own = device.number;
  const relay = relayOf(messages, members, own);

  return ({ begin, end, copied }) => {
    const cut = (i: number) => begin + Math.floor(((end - begin) * i) / members.length);
    const shareOf = (i: number) => portionInRow(row, cut(i), cut(i + 1), wholeOf);
    const mine = shareOf(rank);
    // Of many devices, most have no share in a few elements.
    const theirs = members.flatMap((member, i) => {
      const share = i === rank ? undefined : shareOf(i);
      return share ? [{ member, share }] : [];
    });
    const bytes =
      theirs.reduce((sum, { share }) => sum + share.elements, 0) * bytesPerElement[dtype];

    const send = () => {
      for (const { member, share } of theirs) messages.send(own, member, numbersOf(share, copied));
    };
    const foldShare = () => {
      if (!mine) return;
      return after(fold(mine), (folded) => relay.send(folded));
    };
    const gather = relay.receive(
      () => theirs.map(({ member, share }) => ({ from: member, into: landingOf(share) })),
      (landed) => {
        theirs.forEach(({ share }, i) => void settle(share, landed[i]!.into));
        device.usage.bytesReceived += bytes;
      },
    );
    return [send, foldShare, ...gather];
  };
}
