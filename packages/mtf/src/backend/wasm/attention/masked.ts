import { maskedOf } from "../../../ops/maskedAttention/operands.ts";
import { extentsOf, rangeIn, stridesOf, without } from "../../slices/walk.ts";
import { arrange } from "../arrange.ts";
import type { BindHeap } from "../context.ts";
import { collapse, described, words } from "../dims.ts";
import { withLast } from "./loop.ts";

/** Attention under a mask, a query after the other: keys and values are read where they lie. */
export const maskedAttention: BindHeap<"maskedAttention"> = (
  context,
  { over, within },
  operands,
  results,
  reuse,
) => {
  const { heap, kernels } = context;
  const slices = maskedOf(operands);
  const [q, k, v, y] = [slices.query, slices.keys, slices.values, results[0]!].map((x) =>
    withLast(x, within),
  );
  const visible = withLast(slices.visible, over);
  const order = [q!, y!, k!, v!, visible];
  const strides = order.map(stridesOf);
  // Queries that share keys come after each other.
  const shared = extentsOf(slices.keys).map(({ name }) => name);
  const rows = without(extentsOf(slices.query), [within]);
  const loop = [...rows].sort(
    (a, b) => Number(shared.includes(b.name)) - Number(shared.includes(a.name)),
  );
  const dims = collapse(
    loop.map(({ name, size }) => ({ size, strides: strides.map((of) => of[name] ?? 0) })),
  );
  const { size } = rangeIn(slices.keys, over);
  const bytes = 4 * size;
  const description = words(
    ...[rangeIn(slices.query, within).size, size, strides[2]![over]!, strides[3]![over]!],
    described(dims),
  );
  const wanted = { operands: [q!, k!, v!, visible], results: [y!] };
  const attend = kernels.attention.attendMasked!;
  return arrange(context, operands, results, reuse, wanted, (inputs, [output]) => {
    const { query, keys, values, visible } = maskedOf(inputs);
    const room = heap.scratch(bytes);
    // biome-ignore format: what it looks for, and what it looks at
    attend(
      heap.describe(description), query.block.offset, output!.block.offset,
      keys.block.offset, values.block.offset, visible.block.offset, room,
    );
  });
};
