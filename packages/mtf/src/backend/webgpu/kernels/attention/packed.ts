import type { DType } from "../../../../dtype.ts";
import type { Slice } from "../../../backend.ts";
import { extentsOf, sizeOf } from "../../../slices/walk.ts";
import { moving } from "../arrange.ts";
import type { Pass, Work } from "../kernel.ts";

/** Operands of a dtype in one array, since a GPU may bind no more than eight. */
export interface Packed {
  /** The number of the tensor that they lie in. */
  readonly tensor: number;
  /** The room to make for it: none where nothing is packed. */
  readonly rooms: NonNullable<Work["rooms"]>;
  /** What brings them there. */
  readonly passes: readonly Pass[];
  /** Where an operand begins. */
  startOf(operand: number): number;
}

/** @param tensor the number that their room will have */
export function packed(
  dtype: DType,
  operands: readonly Slice[],
  which: readonly number[],
  tensor: number,
): Packed {
  let size = 0;
  const starts = new Map<number, number>();
  const passes = which.map((operand): Pass => {
    const count = sizeOf(extentsOf(operands[operand]!));
    starts.set(operand, size);
    const all = [{ name: "i", size: count }];
    const shader = moving(dtype, all, { i: 1 }, { i: 1 }, { from: 0, to: size });
    size += count;
    return { shader, tensors: [operand, tensor] };
  });
  return {
    tensor,
    rooms: size > 0 ? [{ size, dtype }] : [],
    passes,
    startOf: (operand) => starts.get(operand)!,
  };
}
