import type { Attending } from "../../../../graph/kinds.ts";
import { attendedOf } from "../../../../ops/flashAttention/operands.ts";
import type { Slice } from "../../../backend.ts";
import { extentsOf, sizeOf } from "../../../slices/walk.ts";
import { moving } from "../arrange.ts";
import type { Pass } from "../kernel.ts";

/** The segments and the key of attention in one array, since a GPU may bind no more than eight. */
export interface Integers {
  readonly size: number;
  /** Where each begins. */
  readonly own: number;
  readonly others: number;
  readonly key: number;
  /** What brings them there. */
  readonly passes: readonly Pass[];
}

/** @param room the number of the tensor that they come to lie in */
export function integersOf(
  attributes: Attending,
  operands: readonly Slice[],
  room: number,
): Integers {
  const positions = attendedOf(
    attributes,
    operands.map((_, i) => i),
  );
  const { segments = [], key } = positions;
  let size = 0;
  const starts = new Map<number, number>();
  const passes = [...segments, ...(key === undefined ? [] : [key])].map((operand): Pass => {
    const count = sizeOf(extentsOf(operands[operand]!));
    starts.set(operand, size);
    const all = [{ name: "i", size: count }];
    const shader = moving("int32", all, { i: 1 }, { i: 1 }, { from: 0, to: size });
    size += count;
    return { shader, tensors: [operand, room] };
  });
  const startOf = (operand: number | undefined) => starts.get(operand ?? -1) ?? 0;
  const [own, others] = segments;
  return { size, own: startOf(own), others: startOf(others), key: startOf(key), passes };
}
