import type { Node } from "../graph/node.ts";
import { type AnyTensor, endOf } from "../graph/tensor.ts";
import { rules } from "../ops/rules.ts";
import type { Placement } from "../program/placement.ts";
import { entryOf } from "../record.ts";
import { factsFor } from "./answers.ts";
import { choose, type Situation, type Task } from "./choose.ts";
import { aimsOf, emit, passesAlong, settling } from "./emit.ts";
import { partitionMove } from "./exchange.ts";
import { partitionExpanded } from "./expand.ts";
import { passingThrough } from "./passing.ts";
import { chosenFor } from "./plan/choice.ts";
import { follows, restOf } from "./rests.ts";
import { byRules, lying, type PartitionNodes, type Scope, versionsOf } from "./scope.ts";
import { before, stuckToOperands } from "./stuck.ts";
import { haveBlocks } from "./windows/blocks.ts";
import { partitionWindows } from "./windows/partition.ts";

/**
 * Partitions a node by its op's rule: as one op on slices, as an exchange where elements only go
 * elsewhere along a cut dim, or as the primitives of a composite whose whole dim is cut.
 */
export function partitionByRule(scope: Scope, node: Node, partitionNodes: PartitionNodes): void {
  const { answers } = scope.plan;
  const facts = factsFor(answers, node);
  const { partition } = facts;
  const { operands: passes, axes: owed } = passingThrough(scope, node, partition);
  const { mesh } = scope.layout;
  const task: Task = { node, facts, passing: passes, owed, mesh, axes: scope.plan.axes };
  const planned = chosenFor(scope.plan, node);
  if (planned) {
    const { assignment } = planned;
    if (planned.passes && passesAlong(scope, task, assignment)) {
      return emit(scope, task, assignment, true);
    }
    return emit(scope, settling(task), assignment, false);
  }
  const situation = situationOf(scope, task);
  const free = choose(answers, situation, "nothing");
  const cut = (dim: string) => (entryOf(free, dim) ?? []).length > 0;
  if (partition.move && cut(partition.move.dim)) return partitionMove(scope, node, partition);
  if ((node.kind === "window" || node.kind === "overlapAdd") && cut(node.attributes.dim)) {
    const axes = entryOf(free, node.attributes.dim)!;
    if (haveBlocks(node, axes, mesh)) return partitionWindows(scope, node, free);
  }
  const cutsWhole = facts.whole.size > 0 && [...facts.whole].some(cut);
  if (cutsWhole && rules[node.kind].expand) return partitionExpanded(scope, node, partitionNodes);
  const assignment = cutsWhole ? choose(answers, situation, "whole") : free;
  if (passesAlong(scope, task, assignment)) return emit(scope, task, assignment, true);
  const alone = settling(task);
  emit(scope, alone, choose(answers, { ...situation, task: alone }, "whole"), false);
}

function situationOf(scope: Scope, task: Task): Situation {
  const { node } = task;
  const stuck = stuckToOperands(scope.stuck, node);
  return {
    task,
    operands: node.operands.map((operand) => startOf(scope, node, operand)),
    results: aimsOf(scope, node),
    stuck,
    rules: before(stuck, scope.layout.rules),
    machine: scope.plan.answers.machine,
  };
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
