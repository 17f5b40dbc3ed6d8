import type { Op } from "../graph/kinds.ts";
import type { Mesh } from "../mesh.ts";
import { type Placement, samePlacement, splitAxes } from "../program/placement.ts";
import type { Instruction, Origin, Value } from "../program/program.ts";
import { moveOf, type Shaped, settled } from "../program/transfer.ts";

/** A program being written: values are numbered for all of it, instructions for one body. */
export interface Builder {
  readonly mesh: Mesh;
  readonly values: Value[];
  readonly instructions: Instruction[];
  /** How often they run: those of a region's body once for each round. */
  readonly runs: number;
}

export function addValue(builder: Builder, shaped: Shaped, placement: Placement): number {
  const { dims, dtype, rest } = shaped;
  const value = rest ? { dims, dtype, rest, placement } : { dims, dtype, placement };
  return builder.values.push(value) - 1;
}

export function compute(
  builder: Builder,
  op: Op,
  operands: readonly number[],
  results: readonly { readonly shaped: Shaped; readonly placement: Placement }[],
  origin: Origin,
): readonly number[] {
  const made = results.map((r) => addValue(builder, r.shaped, r.placement));
  builder.instructions.push({ kind: "compute", op, operands, results: made, origin });
  return made;
}

/**
 * Settles sums that are owed, all or as far as `to` asks: first a reduce-scatter over the axes that
 * are to split the value, so that the all-reduce over the others moves less.
 */
export function settle(builder: Builder, value: number, to: Placement, origin: Origin): number {
  const shaped = builder.values[value]!;
  const from = shaped.placement;
  const owed = from.partial.filter((axis) => !to.partial.includes(axis));
  const final = settled(shaped.dims, from, owed, to);
  const scattered = owed.filter((axis) => splitAxes(final).includes(axis));
  const summed = owed.filter((axis) => !scattered.includes(axis));
  let at = value;
  if (scattered.length > 0) {
    const partial = from.partial.filter((axis) => !scattered.includes(axis));
    at = reduce(builder, at, { split: final.split, partial }, "sum", scattered, origin);
  }
  return summed.length > 0 ? reduce(builder, at, final, "sum", summed, origin) : at;
}

export function reduce(
  builder: Builder,
  operand: number,
  placement: Placement,
  fn: "sum" | "max" | "min",
  axes: readonly string[],
  origin: Origin,
): number {
  const from = builder.values[operand]!;
  const result = addValue(builder, from, placement);
  const grown = splitAxes(placement).length > splitAxes(from.placement).length;
  const name = grown ? "reduce-scatter" : "all-reduce";
  builder.instructions.push({ kind: "reduce", name, fn, axes, operand, result, origin });
  return result;
}

/** Moves a value that owes nothing (or owes the same before and after) to another placement. */
export function move(builder: Builder, value: number, to: Placement, origin: Origin): number {
  const shaped = builder.values[value]!;
  if (samePlacement(shaped.placement, to)) return value;
  const { name, axes } = moveOf(shaped.dims, shaped.placement, to);
  const result = addValue(builder, shaped, to);
  builder.instructions.push({
    kind: "move",
    name,
    axes,
    operands: [value],
    offsets: [{}],
    fill: 0,
    result,
    origin,
  });
  return result;
}
