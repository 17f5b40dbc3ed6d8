import type { Dimension } from "../../dimension.ts";
import type { Op } from "../../graph/kinds.ts";
import { splitAxes } from "../../program/placement.ts";
import type { Origin } from "../../program/program.ts";
import { addValue, type Builder, compute } from "../builder.ts";
import { widened } from "../widen.ts";
import { sizeIn } from "./blocks.ts";

/** What writes instructions for windows over one dim. */
export interface Writing {
  readonly builder: Builder;
  readonly dim: string;
  readonly origin: Origin;
}

/** What the blocks of a dim are called beside what each holds of it: no dim of a user's. */
export const block = "~block";

/** The value with its dim in blocks of one size, where it can be cut so. */
export function inBlocks({ builder, dim, origin }: Writing, value: number, count: number): number {
  const { dims, dtype, placement } = builder.values[value]!;
  const to = [
    { name: block, size: count },
    { name: dim, size: sizeIn(dims, dim) / count },
  ];
  const op = { kind: "reshape", attributes: { from: [dim], to } } as const;
  const { [dim]: axes, ...others } = placement.split;
  const shaped = { dims: dims.flatMap((d) => (d.name === dim ? to : [d])), dtype };
  const split = { ...others, [block]: axes! };
  return compute(builder, op, [value], [{ shaped, placement: { split, partial: [] } }], origin)[0]!;
}

/** The value whose dim is no longer in blocks. */
export function merged({ builder, dim, origin }: Writing, value: number): number {
  const { dims, dtype, placement } = builder.values[value]!;
  const to = { name: dim, size: sizeIn(dims, block) * sizeIn(dims, dim) };
  const op = { kind: "reshape", attributes: { from: [block, dim], to: [to] } } as const;
  const { [block]: axes, ...others } = placement.split;
  const left = dims.filter((d) => d.name !== dim);
  const shaped = { dims: left.map((d) => (d.name === block ? to : d)), dtype };
  const split = { ...others, [dim]: axes! };
  return compute(builder, op, [value], [{ shaped, placement: { split, partial: [] } }], origin)[0]!;
}

/** What an op gives that leaves its operands' cuts alone. */
export function computed(
  { builder, origin }: Writing,
  op: Op,
  operands: readonly number[],
  dims: readonly Dimension[],
): number {
  const { dtype, placement } = builder.values[operands[0]!]!;
  return compute(builder, op, operands, [{ shaped: { dims, dtype }, placement }], origin)[0]!;
}

/** The dims of a value, the one of the windows of another size. */
export function dimsWith({ builder, dim }: Writing, value: number, size: number): Dimension[] {
  return builder.values[value]!.dims.map((d) => (d.name === dim ? { name: dim, size } : d));
}

/** The value with its dim so long: elements are left out at the end, or come in there. */
export function resized(writing: Writing, value: number, size: number, fill: number): number {
  const { builder, dim, origin } = writing;
  if (sizeIn(builder.values[value]!.dims, dim) === size) return value;
  // The blocks made of it are float32, however it rests.
  return exchanged(writing, [widened(builder, value, origin)], [{ [dim]: 0 }], size, fill);
}

/** An exchange along the dim, which gets another size. */
export function exchanged(
  writing: Writing,
  operands: readonly number[],
  offsets: readonly Readonly<Record<string, number>>[],
  size: number,
  fill: number,
): number {
  const { builder, origin } = writing;
  const [first] = operands;
  const { dtype, placement } = builder.values[first!]!;
  const result = addValue(builder, { dims: dimsWith(writing, first!, size), dtype }, placement);
  const cut = splitAxes(placement);
  const axes = builder.mesh.names.filter((axis) => cut.includes(axis));
  const name = "exchange";
  builder.instructions.push({
    kind: "move",
    name,
    axes,
    operands,
    offsets,
    fill,
    result,
    origin,
  });
  return result;
}
