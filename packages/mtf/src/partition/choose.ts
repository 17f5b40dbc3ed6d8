import { linkAlong, type MachineModel } from "../cost/machineModel.ts";
import { elements } from "../dimension.ts";
import { bytesPerElement } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { dimsOf } from "../graph/tensor.ts";
import type { RuleTable } from "../layout.ts";
import type { Mesh } from "../mesh.ts";
import type { Partition } from "../ops/rule.ts";
import type { Placement } from "../program/placement.ts";
import { devices, type Price, transferCost } from "../program/transfer.ts";
import { entryOf } from "../record.ts";
import { assign, type Claims } from "./place.ts";

/** What a node's operands and results are, for choosing how to split the work on it. */
export interface Situation {
  readonly node: Node;
  readonly partition: Partition;
  /** Where the operands lie, and where the results want to. */
  readonly operands: readonly Placement[];
  readonly results: readonly Placement[];
  /** The operands whose owed sums pass through, and the axes over which they are owed. */
  readonly passing: readonly number[];
  readonly owed: readonly string[];
  readonly rules: RuleTable;
  readonly mesh: Mesh;
  /** The axes of more than one device that the layout names: others are left idle. */
  readonly axes: readonly string[];
  readonly machine: MachineModel;
  /** Seconds that one device alone would need for the whole op. */
  readonly seconds: () => number;
}

/** An assignment of axes to the dims a node runs over. */
export type Assignment = Placement["split"];

/** The assignment that costs least; of equals, the first: results as wanted before operands. */
export function choose(situation: Situation, whole: ReadonlySet<string>): Assignment {
  const { mesh, owed, rules } = situation;
  const dims = new Set(iterationNames(situation));
  for (const dim of whole) dims.delete(dim);
  const wanted = situation.results.flatMap((p) => Object.entries(p.split));
  const lying = situation.operands.map((p, i) => claimsOf(situation, p, i));
  const orders: Claims[] = [
    [...wanted, ...lying.flat(), ...rules],
    [...rules, ...wanted, ...lying.flat()],
    ...lying.map((own) => [...own, ...wanted, ...lying.flat(), ...rules]),
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

function printAssignment(assignment: Assignment): string {
  let text = "";
  for (const dim in assignment) text += `${dim}@${assignment[dim]!.join("+")} `;
  return text;
}

/** The placement an assignment asks of an operand. */
export function operandSplit(s: Situation, assignment: Assignment, operand: number): Assignment {
  const split: Record<string, readonly string[]> = {};
  for (const { name } of dimsOf(s.node.operands[operand]!)) {
    const axes = entryOf(assignment, iterationName(s, name));
    if (axes) split[name] = axes;
  }
  return split;
}

/** Where an assignment asks an operand to lie, owed sums that pass through included. */
export function operandPlacement(s: Situation, assignment: Assignment, operand: number): Placement {
  const partial = s.passing.includes(operand) ? s.owed : [];
  return { split: operandSplit(s, assignment, operand), partial };
}

/** What an assignment leaves a result as: split, and each device with its share of the rest. */
export function resultShare(s: Situation, assignment: Assignment, result: number): Placement {
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
function iterationName({ partition: { alias } }: Situation, name: string): string {
  return (alias && entryOf(alias, name)) ?? name;
}

function iterationDims(s: Situation, operand: number): string[] {
  const names = dimsOf(s.node.operands[operand]!).map((d) => d.name);
  return names.map((name) => iterationName(s, name));
}

/** The dims that an op runs over. */
export function iterationNames(s: Situation): readonly string[] {
  return [
    ...s.operands.flatMap((_, i) => iterationDims(s, i)),
    ...s.node.results.flatMap((r) => r.dims.map((d) => d.name)),
  ];
}

/** What a placement of an operand claims of the dims that the op runs over. */
export function claimsOf(s: Situation, placement: Placement, operand: number): Claims {
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
  let cost = workSeconds(s, assignment);
  s.node.operands.forEach((operand, i) => {
    if (s.passing.includes(i)) return;
    const shaped = { dims: dimsOf(operand), dtype: operand.dtype };
    const to = { split: operandSplit(s, assignment, i), partial: [] };
    cost += transferCost(shaped, s.operands[i]!, to, s.mesh, price);
  });
  s.node.results.forEach((shaped, i) => {
    const from = resultShare(s, assignment, i);
    cost += transferCost(shaped, from, s.results[i]!, s.mesh, price);
  });
  return cost;
}

/** Seconds that each device computes under an assignment: those that have something to. */
export function workSeconds(s: Situation, assignment: Assignment): number {
  let share = 1;
  for (const dim in assignment) {
    const parts = devices(assignment[dim]!, s.mesh);
    // Of one row over 4 devices three have nothing to do.
    share /= Math.min(parts, Math.max(1, iterationSize(s, dim)));
  }
  return s.seconds() * share;
}

function iterationSize(s: Situation, dim: string): number {
  for (const { dims } of s.node.results) for (const d of dims) if (d.name === dim) return d.size;
  for (const operand of s.node.operands) {
    for (const d of dimsOf(operand)) if (iterationName(s, d.name) === dim) return d.size;
  }
  return 0;
}

/** Operations of an op that has no better estimate: one for each element it reads or makes. */
export function elementsTouched(node: Node): number {
  const read = node.operands.reduce((n, t) => n + elements(dimsOf(t)), 0);
  return node.results.reduce((n, r) => n + elements(r.dims) * (bytesPerElement[r.dtype] / 4), read);
}
