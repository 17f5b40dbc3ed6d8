import { type AnyTensor, endOf } from "../../graph/tensor.ts";
import type { Assignment } from "../choose.ts";
import { defineValue, originOf, type Scope, valueAt } from "../scope.ts";
import { type Blocks, blocksOf, sizeIn, type Windowed } from "./blocks.ts";
import { withMargins, withoutMargins } from "./margins.ts";
import { computed, dimsWith, inBlocks, merged, resized, type Writing } from "./writing.ts";

/**
 * Windows over a cut dim, or what they add up to. Each device has a block of the dim, and its windows
 * reach over the ends of the block. One exchange brings what they reach, or takes what they add there.
 */
export function partitionWindows(scope: Scope, node: Windowed, assignment: Assignment): void {
  const origin = originOf(node);
  const { builder } = scope;
  const operand: AnyTensor = node.operands[0]!;
  const { dim, tap } = node.attributes;
  const names = (operand.names as readonly string[]).filter((name) => name !== tap);
  const split = Object.fromEntries(
    names.flatMap((name) => (assignment[name] ? [[name, assignment[name]]] : [])),
  );
  const given = valueAt(scope, operand, { split, partial: [] }, origin);
  const blocks = blocksOf(node, assignment[dim]!, builder.mesh);
  const writing = { builder, dim, origin };
  const made =
    node.kind === "window"
      ? taken(writing, node, given, blocks)
      : added(writing, node, given, blocks);
  const size = sizeIn(node.results[0]!.dims, dim);
  defineValue(scope, endOf(node, 0), resized(writing, merged(writing, made), size, 0), origin);
}

/** The windows of each block. */
function taken(
  writing: Writing,
  { attributes, results: [result] }: Windowed & { kind: "window" },
  x: number,
  blocks: Blocks,
): number {
  const { tap, value } = attributes;
  const { count, size, windows } = blocks;
  const own = inBlocks(writing, resized(writing, x, count * size, value), count);
  const reached = withMargins(writing, own, blocks, value);
  const dims = dimsWith(writing, reached, windows);
  const order = result!.dims.map((d) => d.name);
  const next = dims.findIndex((d) => d.name === order[order.indexOf(tap) + 1]);
  dims.splice(next < 0 ? dims.length : next, 0, { name: tap, size: sizeIn(result!.dims, tap) });
  const op = { kind: "window", attributes: { ...attributes, before: 0, wrap: false } } as const;
  return computed(writing, op, [reached], dims);
}

/** What the windows of all blocks add up to in each. */
function added(
  writing: Writing,
  { attributes }: Windowed & { kind: "overlapAdd" },
  given: number,
  blocks: Blocks,
): number {
  const { count, size, windows, before, after } = blocks;
  const own = inBlocks(writing, resized(writing, given, count * windows, 0), count);
  const whole = dimsWith(writing, own, before + size + after);
  const dims = whole.filter((d) => d.name !== attributes.tap);
  const op = { kind: "overlapAdd", attributes: { ...attributes, before: 0, wrap: false } } as const;
  return withoutMargins(writing, computed(writing, op, [own], dims), blocks);
}
