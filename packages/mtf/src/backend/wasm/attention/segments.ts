import type { Attending } from "../../../graph/kinds.ts";
import type { Attended } from "../../../ops/flashAttention/operands.ts";
import type { Extent } from "../../slices/walk.ts";
import { type Block, type Loop, rowsOf } from "./loop.ts";

/** Where the numbers of a block's queries and of their keys are, as kernels are told; 0 where there are none. */
export type SegmentsAt = (
  at: readonly [own: number, others: number] | undefined,
  turn: number,
  block: Block,
) => readonly [own: number, ownStep: number, others: number];

export function segmentsIn(
  loop: Loop,
  { along, over }: Attending,
  segments: Attended<readonly Extent[]>["segments"],
): SegmentsAt {
  if (!segments) return () => [0, 0, 0];
  const [own, others] = [rowsOf(loop, segments[0], along), rowsOf(loop, segments[1], over)];
  return (at, turn, { begin }) => [
    at![0] + own.start[turn]! + 4 * begin * own.step,
    4 * own.step,
    at![1] + others.start[turn]!,
  ];
}
