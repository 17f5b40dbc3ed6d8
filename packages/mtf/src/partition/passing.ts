import { elements } from "../dimension.ts";
import type { Node } from "../graph/node.ts";
import { type AnyTensor, dimsOf, endOf } from "../graph/tensor.ts";
import { partitionOf } from "../ops/partitionOf.ts";
import type { Partition } from "../ops/rule.ts";
import type { Placement } from "../program/placement.ts";
import { splitAxes } from "../program/placement.ts";
import { remembered } from "./plan/remembered.ts";
import { lying, type Scope } from "./scope.ts";

/** The operands through which sums that are owed pass into the results, and over which axes. */
export interface Passing {
  readonly operands: readonly number[];
  readonly axes: readonly string[];
}

const none: Passing = { operands: [], axes: [] };

/**
 * Whether the sums owed on a node's operands may pass through it. They may where the node is linear
 * in exactly these operands and all owe over the same axes, which cut no other operand; and it is
 * worth it where nothing else reads the operand and the value gets no larger on the way.
 */
export function passingThrough(scope: Scope, node: Node, partition: Partition): Passing {
  // Several results would each have to be settled: the operand is one value.
  if (node.results.length > 1 || !owesAny(scope, node)) return none;
  const placements = node.operands.map((operand) => lying(scope, operand));
  const owing = placements.flatMap((p, i) => (p.partial.length > 0 ? [i] : []));
  const axes = placements[owing[0]!]!.partial;
  const same = (p: Placement) => p.partial.join() === axes.join();
  const set = (partition.linear ?? []).find((operands) => equalSets(operands, owing));
  if (!set || !owing.every((i) => same(placements[i]!))) return none;
  const cut = placements.flatMap((p, i) => (owing.includes(i) ? [] : splitAxes(p)));
  if (cut.some((axis) => axes.includes(axis))) return none;
  for (const i of owing) {
    const operand: AnyTensor = node.operands[i]!;
    if (scope.uses.count(operand) !== 1) return none;
    if (owing.length === 1 && !shrinks(scope, node, elements(dimsOf(operand)))) return none;
  }
  return { operands: owing, axes };
}

function owesAny(scope: Scope, { operands }: Node): boolean {
  for (const operand of operands) if (lying(scope, operand).partial.length > 0) return true;
  return false;
}

/** Whether the value is, at some point of the linear chain ahead, no larger than `size`. */
function shrinks(scope: Scope, node: Node, size: number): boolean {
  let at: Node | undefined = node;
  while (at) {
    const result = endOf(at, 0);
    if (elements(dimsOf(result)) <= size) return true;
    const next: Node | undefined = scope.uses.only(result);
    if (!next) return false;
    const sets = partitionOf(next).linear ?? [];
    const position = next.operands.findIndex((o) => o["~node"] === at);
    at = sets.some((set) => set.length === 1 && set[0] === position) ? next : undefined;
  }
  return false;
}

/** Tensors in groups of those that owe over the same axes. */
export function groupedByOwed(
  scope: Scope,
  tensors: readonly AnyTensor[],
): readonly (readonly AnyTensor[])[] {
  const groups = new Map<string, AnyTensor[]>();
  for (const tensor of tensors) {
    remembered(groups, lying(scope, tensor).partial.join(), () => []).push(tensor);
  }
  return [...groups.values()];
}

function equalSets(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
