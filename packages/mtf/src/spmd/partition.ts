import { internal } from "../errors.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import type { Op } from "../graph/kinds.ts";
import { attributedTo, makeTensor, type Node, type NodeOf } from "../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../graph/tensor.ts";
import type { Partition } from "../ops/rule.ts";
import { rules } from "../ops/rules.ts";
import { addValue, bring, compute, reduce } from "./builder.ts";
import {
  type Assignment,
  choose,
  elementsTouched,
  operandSplit,
  resultShare,
  type Situation,
} from "./choose.ts";
import { partitionLoop } from "./loop.ts";
import { groupedByOwed, partitionOf, passingThrough } from "./passing.ts";
import { place } from "./place.ts";
import { type Placement, samePlacement } from "./placement.ts";
import { localReshape } from "./reshape.ts";
import { carries, follows, restOf } from "./rests.ts";
import {
  byRules,
  define,
  defineValue,
  innerScope,
  lying,
  originOf,
  type Scope,
  settledValue,
  valueAt,
  versionsOf,
  wanted,
} from "./scope.ts";

/** Writes the instructions of nodes, in order, into the scope's program. */
export function partitionNodes(scope: Scope, nodes: readonly Node[]): void {
  for (const node of nodes) partitionNode(scope, node);
}

function partitionNode(scope: Scope, node: Node): void {
  switch (node.kind) {
    case "input":
      throw internal(`input ${node.attributes.path} has no value`);
    case "withLayout":
      return partitionOverride(scope, node);
    case "reshape":
      return partitionReshape(scope, node);
    case "loop":
      return partitionLoop(scope, node, partitionNodes);
    case "elementwise":
      if (node.attributes.fn === "identity" && node.operands.length === 1) {
        return define(scope, tensorOf(node, 0), versionsOf(scope, node.operands[0]!));
      }
      return partitionByRule(scope, node);
    default:
      return partitionByRule(scope, node);
  }
}

function partitionByRule(scope: Scope, node: Node): void {
  if (sumsOfDifferentAxes(scope, node)) return partitionInGroups(scope, node);
  const partition = partitionOf(node);
  const passing = passingThrough(scope, node, partition);
  const situation = situationOf(scope, node, partition, passing.operands, passing.axes);
  const free = choose(situation, new Set());
  const cut = (dim: string) => (free[dim] ?? []).length > 0;
  if (partition.move && cut(partition.move.dim)) return partitionMove(scope, node, partition);
  const expand = rules[node.kind].expand as ((node: Node) => readonly AnyTensor[]) | undefined;
  const mustBeWhole = [...(partition.whole ?? []), ...(partition.move ? [partition.move.dim] : [])];
  if (expand && mustBeWhole.some(cut)) return partitionExpanded(scope, node, expand);
  const assignment = mustBeWhole.some(cut) ? choose(situation, new Set(mustBeWhole)) : free;
  if (passing.operands.some((i) => !liesAs(scope, node, i, situation, assignment))) {
    const settled = situationOf(scope, node, partition, [], []);
    return emit(scope, node, settled, choose(settled, new Set(mustBeWhole)));
  }
  emit(scope, node, situation, assignment);
}

function situationOf(
  scope: Scope,
  node: Node,
  partition: Partition,
  passing: readonly number[],
  owed: readonly string[],
): Situation {
  const flops = rules[node.kind].flops as ((node: Node) => number) | undefined;
  return {
    node,
    partition,
    operands: node.operands.map((operand) => startOf(scope, node, operand)),
    results: node.results.map((_, i) => aimOf(scope, node, i)),
    passing,
    owed,
    rules: scope.layout.rules,
    mesh: scope.layout.mesh,
    flops: () => (flops ? flops(node) : elementsTouched(node)),
  };
}

/**
 * Where a result is to lie. What a stored tensor is computed with rests as it does, but is not
 * computed so: a gradient is computed by the rules and then reduced to where it rests.
 */
function aimOf(scope: Scope, node: Node, result: number): Placement {
  const tensor = tensorOf(node, result);
  return follows(node) || carries(node) ? wanted(scope, tensor) : byRules(scope, tensor);
}

/**
 * Where an operand counts as lying. A stored argument is computed with as the rules say, except
 * where the result rests as it does.
 */
function startOf(scope: Scope, node: Node, operand: AnyTensor): Placement {
  const stored = scope.stored.has(versionsOf(scope, operand));
  // Of what is sliced only the slice need be gathered.
  if (
    !stored ||
    node.kind === "slice" ||
    (follows(node) && restOf(scope.rests, tensorOf(node, 0)))
  ) {
    return lying(scope, operand);
  }
  return byRules(scope, operand);
}

function liesAs(
  scope: Scope,
  node: Node,
  operand: number,
  situation: Situation,
  assignment: Assignment,
): boolean {
  const split = operandSplit(situation, assignment, operand);
  const now = { split: lying(scope, node.operands[operand]!).split, partial: [] };
  return samePlacement({ split, partial: [] }, now);
}

function emit(scope: Scope, node: Node, s: Situation, assignment: Assignment): void {
  const origin = originOf(node);
  const operands = node.operands.map((operand, i) => {
    const partial = s.passing.includes(i) ? s.owed : [];
    return valueAt(scope, operand, { split: operandSplit(s, assignment, i), partial }, origin);
  });
  const combine = s.partition.combine ?? "sum";
  const results = node.results.map((shaped, i) => {
    const share = resultShare(s, assignment, i);
    const placement = combine === "sum" ? share : { split: share.split, partial: [] };
    return { shaped, placement, shared: share.partial };
  });
  // A sum that passes through is owed since the op that left it so.
  const first = s.passing[0];
  const since = first === undefined ? origin : versionsOf(scope, node.operands[first]!).origin;
  const op = { kind: node.kind, attributes: node.attributes } as Op;
  const made = compute(scope.builder, op, operands, results, origin);
  results.forEach(({ placement, shared }, i) => {
    const value =
      combine !== "sum" && shared.length > 0
        ? reduce(scope.builder, made[i]!, placement, combine, shared, origin)
        : made[i]!;
    defineValue(scope, tensorOf(node, i), value, since);
  });
}

/** An op along a cut dim whose elements only go elsewhere: one exchange does it. */
function partitionMove(scope: Scope, node: Node, partition: Partition): void {
  const origin = originOf(node);
  const { dim, offsets, fill } = partition.move!;
  const operands = node.operands.map((operand) => settledValue(scope, operand).id);
  const target = wanted(scope, tensorOf(node, 0));
  const result = addValue(scope.builder, node.results[0]!, target);
  const axes = scope.layout.mesh.names.filter((axis) =>
    operands.some((value) =>
      Object.values(scope.builder.values[value]!.placement.split).flat().includes(axis),
    ),
  );
  scope.builder.instructions.push({
    kind: "move",
    name: "exchange",
    axes,
    operands,
    offsets: offsets.map((offset) => ({ [dim]: offset })),
    fill,
    result,
    origin,
  });
  defineValue(scope, tensorOf(node, 0), result, origin);
}

/** A composite whose whole dim is cut: its primitives take its place. */
function partitionExpanded(
  scope: Scope,
  node: Node,
  expand: (node: Node) => readonly AnyTensor[],
): void {
  const outputs = attributedTo(node, () => expand(node));
  for (const operand of node.operands) settledValue(scope, operand);
  partitionInPlaceOf(scope, node, outputs);
}

function partitionInPlaceOf(scope: Scope, node: Node, outputs: readonly AnyTensor[]): void {
  const graph: Graph = { inputs: node.operands, outputs };
  const nodes = nodesOf(graph);
  const inner = innerScope(scope, graph, nodes);
  partitionNodes(inner, nodes);
  outputs.forEach((output, i) => {
    define(scope, tensorOf(node, i), versionsOf(inner, output));
  });
}

/** Whether a sum's terms owe over different axes (or some over none). */
function sumsOfDifferentAxes(scope: Scope, node: Node): node is NodeOf<"elementwise"> {
  if (node.kind !== "elementwise" || node.attributes.fn !== "add") return false;
  if (node.attributes.scalars.some((s) => s !== null)) return false;
  const owed = new Set(node.operands.map((operand) => lying(scope, operand).partial.join()));
  return owed.size > 1 && (node.operands.length > 2 || owedByAll(scope, node.operands).length > 0);
}

/** The axes that all terms of a sum owe over, where nothing else reads the terms. */
function owedByAll(scope: Scope, terms: readonly AnyTensor[]): readonly string[] {
  if (terms.some((term) => scope.uses.count(term) !== 1)) return [];
  const [first, ...others] = terms.map((term) => lying(scope, term).partial);
  return first!.filter((axis) => others.every((axes) => axes.includes(axis)));
}

/**
 * Adds up the terms that owe over the same axes first, so that each set is settled once; what all
 * owe stays owed, to be settled for the whole sum.
 */
function partitionInGroups(scope: Scope, node: NodeOf<"elementwise">): void {
  const common = owedByAll(scope, node.operands);
  const sum = (terms: readonly AnyTensor[]) =>
    terms.length === 1
      ? terms[0]!
      : makeTensor(
          "elementwise",
          { fn: "add", scalars: terms.map(() => null) },
          terms,
          node.results[0]!,
        );
  const sums = attributedTo(node, () => groupedByOwed(scope, node.operands).map(sum));
  const inner: Graph = { inputs: node.operands, outputs: sums };
  const nodes = nodesOf(inner);
  const groupScope = innerScope(scope, inner, nodes);
  partitionNodes(groupScope, nodes);
  for (const term of sums) settledValue(groupScope, term, common);
  const total = attributedTo(node, () => sums.reduce((a, b) => sum([a, b])));
  const last = nodesOf({ inputs: sums, outputs: [total] });
  const outer = innerScope(scope, { inputs: sums, outputs: [total] }, last);
  partitionNodes(outer, last);
  define(scope, tensorOf(node, 0), versionsOf(outer, total));
}

function partitionReshape(scope: Scope, node: NodeOf<"reshape">): void {
  const origin = originOf(node);
  const operand: AnyTensor = node.operands[0]!;
  const { mesh } = scope.layout;
  const pass = passingThrough(scope, node, partitionOf(node));
  const at =
    pass.operands.length > 0 ? lying(scope, operand) : settledValue(scope, operand).placement;
  const start = scope.stored.has(versionsOf(scope, operand)) ? byRules(scope, operand) : at;
  const local = localReshape(node, start.split, mesh);
  const value = valueAt(scope, operand, { split: local.operand, partial: pass.axes }, origin);
  const [result] = compute(
    scope.builder,
    { kind: "reshape", attributes: node.attributes },
    [value],
    [{ shaped: node.results[0]!, placement: { split: local.result, partial: pass.axes } }],
    origin,
  );
  defineValue(scope, tensorOf(node, 0), result!, origin);
}

function partitionOverride(scope: Scope, node: NodeOf<"withLayout">): void {
  const operand: AnyTensor = node.operands[0]!;
  const { layout } = scope;
  const table = Object.entries(node.attributes.rules);
  const whole = new Set(table.filter(([, axes]) => axes.length === 0).map(([dim]) => dim));
  const others = layout.rules.filter(([dim]) => !whole.has(dim));
  const to = place(dimsOf(operand), [...table, ...others], layout.mesh);
  const value = bring(scope.builder, versionsOf(scope, operand), to, originOf(node));
  defineValue(scope, tensorOf(node, 0), value, originOf(node));
}
