import type { Reduce } from "../../../program/program.ts";
import { type Frame, type Phase, sharing } from "../../execute/device.ts";
import type { Group } from "../groups.ts";
import { closeAll, lengthOf, openAll, rowOf } from "../row.ts";
import { allReduce } from "./allReduce.ts";
import { fastSum } from "./fastSum.ts";
import { foldingOf } from "./folding.ts";
import { reduceScatter } from "./reduceScatter.ts";
import { phasesOf, type Sending, segmentsOf } from "./segments.ts";
import type { Settle } from "./settling.ts";

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
  const row = rowOf(reduces, frame);
  const [reduce] = reduces as [Reduce];
  const { dtype } = frame.values[reduce.result]!;
  return phasesOf(
    () => openAll(row),
    segmentsOf(lengthOf(row), dtype, sending).map(settleIn()),
    () => closeAll(row),
  );

  function settleIn(): Settle {
    const { messages } = sending;
    const settling = { row, dtype, device: frame.device, group, messages };
    const { name, fn } = reduce;
    if (messages.sum && name === "all-reduce" && fn === "sum" && dtype === "float32") {
      return fastSum(settling, messages.sum(group.members));
    }
    const fold = foldingOf(reduce, frame, group, sending);
    return name === "all-reduce" ? allReduce(settling, fold) : reduceScatter(settling, fold);
  }
}
