import type { Op } from "../graph/kinds.ts";
import type { Node } from "../graph/node.ts";
import { endOf } from "../graph/tensor.ts";
import { type Placement, sameSplit, splitAxes } from "../program/placement.ts";
import { compute, reduce } from "./builder.ts";
import { type Assignment, operandSplit, type Task } from "./choose.ts";
import { outcomeOf } from "./outcome.ts";
import type { Asked } from "./plan/choice.ts";
import { carries, follows } from "./rests.ts";
import {
  byRules,
  defineValue,
  lying,
  originOf,
  type Scope,
  versionsIn,
  versionsOf,
  wanted,
} from "./scope.ts";
import { before, stuckToOperands } from "./stuck.ts";
import { bring } from "./versions.ts";

/** Where a node's results are to lie. */
export function aimsOf(scope: Scope, node: Node): readonly Placement[] {
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

/** A task through which no sums pass: what its operands owe is settled before. */
export function settling(task: Task): Task {
  return task.passing.length > 0 ? { ...task, passing: [], owed: [] } : task;
}

/** Whether the operands through which owed sums pass lie as an assignment wants them. */
export function passesAlong(scope: Scope, task: Task, assignment: Assignment): boolean {
  const { node, owed, passing } = task;
  if (passing.length === 0) return true;
  if (splitAxes({ split: assignment, partial: [] }).some((a) => owed.includes(a))) return false;
  return passing.every((i) => {
    return sameSplit(operandSplit(task, assignment, i), lying(scope, node.operands[i]!).split);
  });
}

/** Writes an op on slices: what it asks of operands, the op, and what is owed of a maximum. */
export function emit(scope: Scope, task: Task, assignment: Assignment, passes: boolean): void {
  const { node } = task;
  const origin = originOf(node);
  const outcome = outcomeOf(scope.plan.answers, task, assignment);
  const operands: number[] = [];
  const asked: Asked[] = [];
  node.operands.forEach((operand, i) => {
    const versions = versionsIn(scope, operand, origin.pass);
    const { track } = versions;
    operands.push(bring(scope.builder, versions, outcome.asks[i]!, origin));
    asked.push({ track, demand: track.demands.at(-1)! });
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
    results: node.results.map((_, i) => versionsOf(scope, endOf(node, i)).track),
  });
}
