import { linkAlong, type MachineModel } from "../cost/machineModel.ts";
import type { Node } from "../graph/node.ts";
import { dimsOf, typeOf } from "../graph/tensor.ts";
import type { RuleTable } from "../layout.ts";
import type { Mesh } from "../mesh.ts";
import type { Placement } from "../program/placement.ts";
import { devices, type Price, transferCost } from "../program/transfer.ts";
import { entryOf } from "../record.ts";
import type { Answers } from "./answers.ts";
import type { Facts } from "./facts.ts";
import { assign, type Claims } from "./place.ts";
import { numberOf } from "./placements.ts";
import { remembered } from "./plan/remembered.ts";
import { printRules } from "./stuck.ts";

/** A node whose work is to be split. */
export interface Task {
  readonly node: Node;
  readonly facts: Facts;
  /** The operands whose owed sums pass through, and the axes over which they are owed. */
  readonly passing: readonly number[];
  readonly owed: readonly string[];
  readonly mesh: Mesh;
  /** The axes of more than one device that the layout names: others are left idle. */
  readonly axes: readonly string[];
}

/** A task, where the node's operands lie, and where its results want to. */
export interface Situation {
  readonly task: Task;
  readonly operands: readonly Placement[];
  readonly results: readonly Placement[];
  /** The rules that stick to operands, and these before the layout's. */
  readonly stuck: RuleTable;
  readonly rules: RuleTable;
  readonly machine: MachineModel;
}

/** An assignment of axes to the dims a node runs over. */
export type Assignment = Placement["split"];

const nothing: ReadonlySet<string> = new Set();

/** The assignment that costs least among those that leave an op's whole dims whole, or that need not. */
export function choose(answers: Answers, s: Situation, keeps: "whole" | "nothing"): Assignment {
  const { facts, passing, owed } = s.task;
  const whole = keeps === "whole" ? facts.whole : nothing;
  let text = `${keeps} ${facts.shape}`;
  if (passing.length > 0) text += `|${passing}|${owed}|`;
  for (const placement of s.operands) text += ` ${numberOf(answers.placements, placement)}`;
  for (const placement of s.results) text += ` ${numberOf(answers.placements, placement)}`;
  text += printRules(s.stuck);
  return remembered(answers.assignments, text, () => chooseAmong(s, whole));
}

/** Of equals, the first: results as wanted before operands. */
function chooseAmong(situation: Situation, whole: ReadonlySet<string>): Assignment {
  const { task, rules } = situation;
  const { mesh, owed } = task;
  const dims = new Set(iterationNames(task));
  for (const dim of whole) dims.delete(dim);
  const wanted = situation.results.flatMap((p) => Object.entries(p.split));
  const lying = distinctClaims(situation);
  const all = lying.flat();
  const orders: Claims[] = [
    [...wanted, ...all, ...rules],
    [...rules, ...wanted, ...all],
    ...lying.map((own) => [...own, ...wanted, ...all, ...rules]),
    // As the rules say and no more, whatever else is split now: gathering an operand may cost less
    // than a sum that would be owed.
    rules,
  ];
  const distinct = new Map<string, Assignment>();
  for (const claims of orders) {
    const assignment = assign(without(claims, owed), dims, mesh);
    const key = printAssignment(assignment);
    if (!distinct.has(key)) distinct.set(key, assignment);
  }
  return cheapest(situation, [...distinct.values()]);
}

/** What operands claim as they lie: a sum of a thousand gradients has few that differ. */
function distinctClaims(s: Situation): readonly Claims[] {
  const found = new Map<string, Claims>();
  s.operands.forEach((placement, i) => {
    const claims = claimsOf(s.task, placement, i);
    const text = claims.map(([dim, axes]) => `${dim}@${axes.join("+")}`).join(" ");
    if (!found.has(text)) found.set(text, claims);
  });
  return [...found.values()];
}

/** Most often all orders of claims come to the same, and there is nothing to compare. */
function cheapest(situation: Situation, assignments: readonly Assignment[]): Assignment {
  let best = assignments[0]!;
  if (assignments.length === 1) return best;
  let least = Number.POSITIVE_INFINITY;
  for (const assignment of assignments) {
    const cost = costOf(situation, assignment);
    if (cost < least) [best, least] = [assignment, cost];
  }
  return best;
}

export function printAssignment(assignment: Assignment): string {
  let text = "";
  for (const dim in assignment) text += `${dim}@${assignment[dim]!.join("+")} `;
  return text;
}

/** The placement an assignment asks of an operand. */
export function operandSplit(s: Task, assignment: Assignment, operand: number): Assignment {
  const split: Record<string, readonly string[]> = {};
  for (const { name } of dimsOf(s.node.operands[operand]!)) {
    const axes = entryOf(assignment, iterationName(s, name));
    if (axes) split[name] = axes;
  }
  return split;
}

/** Where an assignment asks an operand to lie, owed sums that pass through included. */
export function operandPlacement(s: Task, assignment: Assignment, operand: number): Placement {
  const partial = s.passing.includes(operand) ? s.owed : [];
  return { split: operandSplit(s, assignment, operand), partial };
}

/** What an assignment leaves a result as: split, and each device with its share of the rest. */
export function resultShare(s: Task, assignment: Assignment, result: number): Placement {
  const split: Record<string, readonly string[]> = {};
  const names = s.node.results[result]!.dims.map((d) => d.name);
  const shared = new Set(s.owed);
  for (const [dim, axes] of Object.entries(assignment)) {
    if (names.includes(dim)) split[dim] = axes;
    else for (const axis of axes) shared.add(axis);
  }
  return { split, partial: s.mesh.names.filter((axis) => shared.has(axis)) };
}

/** What an operand's dim is called among those that the op runs over. */
function iterationName({ facts }: Task, name: string): string {
  const { alias } = facts.partition;
  return (alias && entryOf(alias, name)) ?? name;
}

function iterationDims(s: Task, operand: number): string[] {
  const names = dimsOf(s.node.operands[operand]!).map((d) => d.name);
  return names.map((name) => iterationName(s, name));
}

/** The dims that an op runs over. */
export function iterationNames(s: Task): readonly string[] {
  return [
    ...s.node.operands.flatMap((_, i) => iterationDims(s, i)),
    ...s.node.results.flatMap((r) => r.dims.map((d) => d.name)),
  ];
}

/** How many rows a dim has that the op runs over; one without rows is no work, however it is shared. */
export function iterationSize(s: Task, name: string): number {
  for (const operand of s.node.operands) {
    const dim = dimsOf(operand).find((d) => iterationName(s, d.name) === name);
    if (dim) return Math.max(dim.size, 1);
  }
  const dim = s.node.results.flatMap((r) => r.dims).find((d) => d.name === name);
  return Math.max(dim?.size ?? 1, 1);
}

/** What a placement of an operand claims of the dims that the op runs over. */
export function claimsOf(s: Task, placement: Placement, operand: number): Claims {
  const names = dimsOf(s.node.operands[operand]!).map((d) => d.name);
  return names.flatMap((name) => {
    const axes = entryOf(placement.split, name);
    return axes ? [[iterationName(s, name), axes] as const] : [];
  });
}

function without(claims: Claims, axes: readonly string[]): Claims {
  if (axes.length === 0) return claims;
  return claims.map(([dim, own]) => [dim, own.filter((axis) => !axes.includes(axis))]);
}

function costOf(s: Situation, assignment: Assignment): number {
  const price: Price = {
    collective: (axes, bytes) => bytes / linkAlong(s.machine, axes).bandwidth,
    slice: () => 0,
  };
  const { task } = s;
  let cost = workSeconds(task, assignment);
  task.node.operands.forEach((operand, i) => {
    if (task.passing.includes(i)) return;
    const shaped = typeOf(operand);
    const to = { split: operandSplit(task, assignment, i), partial: [] };
    cost += transferCost(shaped, s.operands[i]!, to, task.mesh, price);
  });
  task.node.results.forEach((shaped, i) => {
    const from = resultShare(task, assignment, i);
    cost += transferCost(shaped, from, s.results[i]!, task.mesh, price);
  });
  return cost;
}

/**
 * Seconds that each device computes under an assignment: a dim of fewer rows than devices is shared
 * by as many as there are rows, and the others wait for them.
 */
export function workSeconds(s: Task, assignment: Assignment): number {
  let shares = 1;
  for (const dim in assignment) {
    const parts = devices(assignment[dim]!, s.mesh);
    shares *= parts > 1 ? Math.min(parts, iterationSize(s, dim)) : 1;
  }
  return s.facts.seconds / shares;
}
