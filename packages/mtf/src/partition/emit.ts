import type { Op } from "../graph/kinds.ts";
import type { Node } from "../graph/node.ts";
import { endOf } from "../graph/tensor.ts";
import { type Placement, sameSplit, splitAxes } from "../program/placement.ts";
import { addValue, reduce } from "./builder.ts";
import { type Assignment, operandSplit, type Task } from "./choose.ts";
import { outcomeOf } from "./outcome.ts";
import type { Demand } from "./plan/track.ts";
import { carries, follows } from "./rests.ts";
import {
  byRules,
  define,
  lying,
  originOf,
  type Scope,
  versionsIn,
  versionsOf,
  wanted,
} from "./scope.ts";
import { before, stuckToOperands } from "./stuck.ts";
import { bring, newVersions } from "./versions.ts";

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
  const { builder } = scope;
  const origin = originOf(node);
  const { asks, shares, gives, work } = outcomeOf(scope.plan.answers, task, assignment);
  const asked: Demand[] = [];
  const operands = node.operands.map((operand, i) => {
    const versions = versionsIn(scope, operand, origin.pass);
    const value = bring(builder, versions, asks[i]!, origin);
    asked.push(versions.track.demands.at(-1)!);
    return value;
  });
  // A sum that passes through is owed since the op that left it so.
  const first = task.passing[0];
  const since = first === undefined ? origin : versionsOf(scope, node.operands[first]!).origin;
  const made = node.results.map((shaped, i) => addValue(builder, shaped, gives[i]!));
  const op = { kind: node.kind, attributes: node.attributes } as Op;
  builder.instructions.push({ kind: "compute", op, operands, results: made, origin });
  const combine = task.facts.partition.combine ?? "sum";
  const tracks = made.map((value, i) => {
    const { partial } = shares[i]!;
    const apart = combine !== "sum" && partial.length > 0;
    const whole = apart ? reduce(builder, value, gives[i]!, combine, partial, origin) : value;
    const versions = newVersions(builder, whole, since);
    define(scope, endOf(node, i), versions);
    return versions.track;
  });
  scope.choices.push({
    task,
    runs: builder.runs,
    work: builder.runs * work,
    // Where nothing is owed now, sums may pass that another plan leaves owed.
    split: { assignment, passes },
    aims: () => ({
      results: aimsOf(scope, node),
      rules: before(stuckToOperands(scope.stuck, node), scope.layout.rules),
    }),
    operands: asked,
    results: tracks,
  });
}
