import type { Op } from "../graph/kinds.ts";
import type { Node } from "../graph/node.ts";
import { type AnyTensor, tensorOf } from "../graph/tensor.ts";
import { partitionOf } from "../ops/partitionOf.ts";
import type { Partition } from "../ops/rule.ts";
import { rules } from "../ops/rules.ts";
import { type Placement, samePlacement, splitAxes } from "../program/placement.ts";
import { entryOf } from "../record.ts";
import { compute, reduce } from "./builder.ts";
import {
  type Assignment,
  choose,
  elementsTouched,
  operandPlacement,
  operandSplit,
  resultShare,
  type Situation,
} from "./choose.ts";
import { partitionMove } from "./exchange.ts";
import { partitionExpanded } from "./expand.ts";
import { passingThrough } from "./passing.ts";
import type { Asked } from "./plan/choice.ts";
import { carries, follows, restOf } from "./rests.ts";
import {
  byRules,
  defineValue,
  lying,
  originOf,
  type PartitionNodes,
  type Scope,
  versionsIn,
  versionsOf,
  wanted,
} from "./scope.ts";
import { before, stuckToOperands } from "./stuck.ts";
import { bring } from "./versions.ts";

/**
 * Partitions a node by its op's rule: as one op on slices, as an exchange where elements only go
 * elsewhere along a cut dim, or as the primitives of a composite whose whole dim is cut.
 */
export function partitionByRule(scope: Scope, node: Node, partitionNodes: PartitionNodes): void {
  const partition = partitionOf(node);
  const passing = passingThrough(scope, node, partition);
  const situation = situationOf(scope, node, partition, passing.operands, passing.axes);
  const mustBeWhole = [...(partition.whole ?? []), ...(partition.move ? [partition.move.dim] : [])];
  const whole = new Set(mustBeWhole);
  const planned = scope.plan.chosen.get(node);
  if (planned) {
    const { assignment, passes } = planned;
    if (passes && passesAlong(scope, node, situation, assignment)) {
      return emit(scope, node, situation, assignment, whole, true);
    }
    return emit(scope, node, situationOf(scope, node, partition, [], []), assignment, whole, false);
  }
  const free = choose(situation, new Set());
  const cut = (dim: string) => (entryOf(free, dim) ?? []).length > 0;
  if (partition.move && cut(partition.move.dim)) return partitionMove(scope, node, partition);
  const expand = rules[node.kind].expand as ((node: Node) => readonly AnyTensor[]) | undefined;
  if (expand && mustBeWhole.some(cut)) {
    return partitionExpanded(scope, node, expand, partitionNodes);
  }
  const assignment = mustBeWhole.some(cut) ? choose(situation, whole) : free;
  if (!passesAlong(scope, node, situation, assignment)) {
    const settled = situationOf(scope, node, partition, [], []);
    return emit(scope, node, settled, choose(settled, whole), whole, false);
  }
  emit(scope, node, situation, assignment, whole, true);
}

function situationOf(
  scope: Scope,
  node: Node,
  partition: Partition,
  passing: readonly number[],
  owed: readonly string[],
): Situation {
  const flops = rules[node.kind].flops as ((node: Node) => number) | undefined;
  const { machine, axes } = scope.plan;
  return {
    node,
    partition,
    operands: node.operands.map((operand) => startOf(scope, node, operand)),
    results: node.results.map((_, i) => aimOf(scope, node, i)),
    passing,
    owed,
    rules: before(stuckToOperands(scope.stuck, node), scope.layout.rules),
    mesh: scope.layout.mesh,
    axes,
    machine,
    seconds: () => {
      const touched = elementsTouched(node);
      return Math.max((flops?.(node) ?? touched) / machine.flops, (4 * touched) / machine.memory);
    },
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

/** Whether the operands through which owed sums pass lie as an assignment wants them. */
function passesAlong(
  scope: Scope,
  node: Node,
  situation: Situation,
  assignment: Assignment,
): boolean {
  if (splitAxes({ split: assignment, partial: [] }).some((a) => situation.owed.includes(a))) {
    return false;
  }
  return situation.passing.every((i) => {
    const split = operandSplit(situation, assignment, i);
    const now = { split: lying(scope, node.operands[i]!).split, partial: [] };
    return samePlacement({ split, partial: [] }, now);
  });
}

function emit(
  scope: Scope,
  node: Node,
  s: Situation,
  assignment: Assignment,
  whole: ReadonlySet<string>,
  passes: boolean,
): void {
  const origin = originOf(node);
  const asked: Asked[] = [];
  const operands = node.operands.map((operand, i) => {
    const versions = versionsIn(scope, operand, origin.pass);
    const value = bring(scope.builder, versions, operandPlacement(s, assignment, i), origin);
    asked.push({ track: versions.track, demand: versions.track.demands.at(-1)! });
    return value;
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
  const tracks = node.results.map((_, i) => versionsOf(scope, tensorOf(node, i)).track);
  scope.choices.push({
    situation: s,
    runs: scope.builder.runs,
    whole,
    // Where nothing is owed now, sums may pass that another plan leaves owed.
    split: { assignment, passes },
    operands: asked,
    results: tracks,
    tracks: [...new Set([...asked.map(({ track }) => track), ...tracks])],
  });
}
