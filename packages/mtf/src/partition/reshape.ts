import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, dimsOf } from "../graph/tensor.ts";
import { localReshape } from "../program/localReshape.ts";
import type { Placement } from "../program/placement.ts";
import { settled } from "../program/transfer.ts";
import { factsFor } from "./answers.ts";
import { operandSplit, type Task } from "./choose.ts";
import { emit, passesAlong, settling } from "./emit.ts";
import { passingThrough } from "./passing.ts";
import { chosenFor } from "./plan/choice.ts";
import { byRules, lying, type Scope, versionsOf, wanted } from "./scope.ts";

/** A reshape on slices, after gathering the dims whose cuts it would not keep. */
export function partitionReshape(scope: Scope, node: NodeOf<"reshape">): void {
  const { mesh } = scope.layout;
  const { answers, axes } = scope.plan;
  const facts = factsFor(answers, node);
  const { operands, axes: owed } = passingThrough(scope, node, facts.partition);
  const task: Task = { node, facts, passing: operands, owed, mesh, axes };
  const planned = chosenFor(scope.plan, node);
  const split = planned
    ? operandSplit(task, planned.assignment, 0)
    : startOf(scope, node.operands[0]!, operands.length > 0).split;
  const assignment = localReshape(node, split, mesh).result;
  const passes = (planned?.passes ?? true) && passesAlong(scope, task, assignment);
  emit(scope, passes ? task : settling(task), assignment, passes);
}

/** Where the operand counts as lying: what it owes is settled first, unless that passes. */
function startOf(scope: Scope, operand: AnyTensor, passes: boolean): Placement {
  if (scope.stored.has(versionsOf(scope, operand))) return byRules(scope, operand);
  const now = lying(scope, operand);
  return passes ? now : settled(dimsOf(operand), now, now.partial, wanted(scope, operand));
}
