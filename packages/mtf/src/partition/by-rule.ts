import type { Op } from "../graph/kinds.ts";
import type { Node } from "../graph/node.ts";
import { type AnyTensor, endOf } from "../graph/tensor.ts";
import { rules } from "../ops/rules.ts";
import { type Placement, sameSplit, splitAxes } from "../program/placement.ts";
import { entryOf } from "../record.ts";
import { factsFor } from "./answers.ts";
import { compute, reduce } from "./builder.ts";
import { type Assignment, choose, operandSplit, type Situation, type Task } from "./choose.ts";
import { partitionMove } from "./exchange.ts";
import { partitionExpanded } from "./expand.ts";
import { outcomeOf } from "./outcome.ts";
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
import { haveBlocks } from "./windows/blocks.ts";
import { partitionWindows } from "./windows/partition.ts";

/**
 * Partitions a node by its op's rule: as one op on slices, as an exchange where elements only go
 * elsewhere along a cut dim, or as the primitives of a composite whose whole dim is cut.
 */
export function partitionByRule(scope: Scope, node: Node, partitionNodes: PartitionNodes): void {
  const { answers, chosen } = scope.plan;
  const facts = factsFor(answers, node);
  const { partition } = facts;
  const { operands: passes, axes: owed } = passingThrough(scope, node, partition);
  const { mesh } = scope.layout;
  const task: Task = { node, facts, passing: passes, owed, mesh, axes: scope.plan.axes };
  const planned = chosen.get(node);
  if (planned) {
    const { assignment } = planned;
    if (planned.passes && passesAlong(scope, task, assignment)) {
      return emit(scope, task, assignment, true);
    }
    return emit(scope, { ...task, ...nonePassing }, assignment, false);
  }
  const situation = situationOf(scope, task);
  const free = choose(answers, situation, "nothing");
  const cut = (dim: string) => (entryOf(free, dim) ?? []).length > 0;
  if (partition.move && cut(partition.move.dim)) return partitionMove(scope, node, partition);
  if ((node.kind === "window" || node.kind === "overlapAdd") && cut(node.attributes.dim)) {
    const axes = entryOf(free, node.attributes.dim)!;
    if (haveBlocks(node, axes, mesh)) return partitionWindows(scope, node, free);
  }
  const cutsWhole = [...facts.whole].some(cut);
  if (cutsWhole && rules[node.kind].expand) return partitionExpanded(scope, node, partitionNodes);
  const assignment = cutsWhole ? choose(answers, situation, "whole") : free;
  if (passesAlong(scope, task, assignment)) return emit(scope, task, assignment, true);
  const settled = choose(answers, { ...situation, ...nonePassing }, "whole");
  emit(scope, { ...task, ...nonePassing }, settled, false);
}

const nonePassing = { passing: [], owed: [] };

function situationOf(scope: Scope, task: Task): Situation {
  const { node } = task;
  const stuck = stuckToOperands(scope.stuck, node);
  return {
    ...task,
    operands: node.operands.map((operand) => startOf(scope, node, operand)),
    results: aimsOf(scope, node),
    stuck,
    rules: before(stuck, scope.layout.rules),
    machine: scope.plan.answers.machine,
  };
}

function aimsOf(scope: Scope, node: Node): readonly Placement[] {
  return node.results.map((_, i) => aimOf(scope, node, i));
}

/**
 * Where a result is to lie. What a stored tensor is computed with rests as it does, but is not
 * computed so: a gradient is computed by the rules and then reduced to where it rests.
 */
function aimOf(scope: Scope, node: Node, result: number): Placement {
  const tensor = endOf(node, result);
  return follows(node) || carries(node) ? wanted(scope, tensor) : byRules(scope, tensor);
}

/**
 * Where an operand counts as lying. A stored argument is computed with as the rules say, except
 * where the result rests as it does.
 */
function startOf(scope: Scope, node: Node, operand: AnyTensor): Placement {
  const stored = scope.stored.has(versionsOf(scope, operand));
  // Of what is sliced only the slice need be gathered.
  if (!stored || node.kind === "slice" || (follows(node) && restOf(scope.rests, endOf(node, 0)))) {
    return lying(scope, operand);
  }
  return byRules(scope, operand);
}

/** Whether the operands through which owed sums pass lie as an assignment wants them. */
function passesAlong(scope: Scope, task: Task, assignment: Assignment): boolean {
  const { node, owed, passing } = task;
  if (passing.length === 0) return true;
  if (splitAxes({ split: assignment, partial: [] }).some((a) => owed.includes(a))) return false;
  return passing.every((i) => {
    return sameSplit(operandSplit(task, assignment, i), lying(scope, node.operands[i]!).split);
  });
}

function emit(scope: Scope, task: Task, assignment: Assignment, passes: boolean): void {
  const { node } = task;
  const origin = originOf(node);
  const outcome = outcomeOf(scope.plan.answers, task, assignment);
  const operands: number[] = [];
  const asked = node.operands.map((operand, i): Asked => {
    const versions = versionsIn(scope, operand, origin.pass);
    operands.push(bring(scope.builder, versions, outcome.asks[i]!, origin));
    return { track: versions.track, demand: versions.track.demands.at(-1)! };
  });
  const combine = task.facts.partition.combine ?? "sum";
  const results = node.results.map((shaped, i) => ({ shaped, placement: outcome.gives[i]! }));
  // A sum that passes through is owed since the op that left it so.
  const first = task.passing[0];
  const since = first === undefined ? origin : versionsOf(scope, node.operands[first]!).origin;
  const op = { kind: node.kind, attributes: node.attributes } as Op;
  const made = compute(scope.builder, op, operands, results, origin);
  results.forEach(({ placement }, i) => {
    const shared = outcome.shares[i]!.partial;
    const value =
      combine !== "sum" && shared.length > 0
        ? reduce(scope.builder, made[i]!, placement, combine, shared, origin)
        : made[i]!;
    defineValue(scope, endOf(node, i), value, since);
  });
  const tracks = node.results.map((_, i) => versionsOf(scope, endOf(node, i)).track);
  scope.choices.push({
    task,
    runs: scope.builder.runs,
    work: scope.builder.runs * outcome.work,
    // Where nothing is owed now, sums may pass that another plan leaves owed.
    split: { assignment, passes },
    aims: () => ({
      results: aimsOf(scope, node),
      rules: before(stuckToOperands(scope.stuck, node), scope.layout.rules),
    }),
    operands: asked,
    results: tracks,
    tracks: [...new Set([...asked.map(({ track }) => track), ...tracks])],
  });
}
