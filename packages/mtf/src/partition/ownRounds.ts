import { nodesOf } from "../graph/graph.ts";
import type { NodeOf } from "../graph/node.ts";
import type { Rounds } from "../graph/rounds.ts";
import { type AnyTensor, typeOf } from "../graph/tensor.ts";
import type { Layout, RuleTable } from "../layout.ts";
import type { Mesh } from "../mesh.ts";
import { axesOf, type Placement, splitAxes } from "../program/placement.ts";
import { devices } from "../program/transfer.ts";
import { type Answers, newByRules } from "./answers.ts";
import type { Entry } from "./insideRegion.ts";
import type { Plan } from "./plan/choice.ts";
import { byRules, lying, type Scope, versionsOf } from "./scope.ts";
import { stuckOf } from "./stuck.ts";

/**
 * The axes along which each device runs through the rounds of its own slice of a dim: as the dim lies
 * split, if rounds depend on nothing that other devices have, and all devices have equally many, so
 * that they meet at what their bodies exchange along other axes. It is proposed where rounds read
 * nothing that is computed with in slices along these axes, and would have to be gathered.
 */
export function axesOfOwnRounds(
  scope: Scope,
  node: NodeOf<"region">,
  rounds: Rounds,
  sliced: readonly Entry[],
  constant: readonly Entry[],
): readonly string[] {
  if (rounds.kind !== "each" || rounds.counted || node.attributes.carried > 0) return [];
  const { name, size } = rounds.dim;
  const axes = sliced.map(({ operand }) => axesOf(computedAt(scope, operand), name));
  const own = axes.find((some) => some.length > 0) ?? [];
  if (own.length === 0 || size % devices(own, scope.layout.mesh) !== 0) return [];
  const all = [...sliced, ...constant];
  const isTold = ({ operand }: Entry) => {
    const stuck = stuckOf(scope.stuck, operand).filter(([dim]) => dim !== name);
    return stuck.some(([, others]) => names(own, others));
  };
  if (all.some(isTold) || !runsAlike(node)) return [];
  if (sliced.some(({ operand }) => typeOf(operand).rest !== undefined)) return [];
  scope.loops.add(node);
  const splitsOthers = ({ operand }: Entry) => {
    const { [name]: _, ...split } = computedAt(scope, operand).split;
    return names(own, splitAxes({ split, partial: [] }));
  };
  return all.some(splitsOthers) === scope.plan.turned.has(node) ? own : [];
}

/** Where an operand lies for what is computed with it, whether it is stored otherwise or not. */
function computedAt(scope: Scope, operand: AnyTensor): Placement {
  const stored = scope.stored.has(versionsOf(scope, operand));
  return stored ? byRules(scope, operand) : lying(scope, operand);
}

function names(axes: readonly string[], others: readonly string[]): boolean {
  return axes.some((axis) => others.includes(axis));
}

/** Whether devices run the same instructions of a body, whatever is in their slices, and none is told how to lie. */
function runsAlike({ attributes: { body } }: NodeOf<"region">): boolean {
  return nodesOf(body).every((node) => {
    if (node.kind === "withLayout") return false;
    if (node.kind !== "region") return true;
    const { rounds } = node.attributes;
    return (
      (rounds.kind === "once" || (rounds.kind === "each" && !rounds.counted)) && runsAlike(node)
    );
  });
}

/** A placement without axes that split no value in a body. */
export function withoutAxes({ split }: Placement, axes: readonly string[]): Placement {
  return { split: Object.fromEntries(freeOf(Object.entries(split), axes)), partial: [] };
}

/** What is known outside of a body, for one in which each device has rounds of its own along axes. */
export function besideOwnRounds(scope: Scope, axes: readonly string[]): Scope {
  if (axes.length === 0) return scope;
  const layout: Layout = { ...scope.layout, rules: freeOf(scope.layout.rules, axes) };
  // What has been worked out for the layout's rules is not so for fewer.
  const answers: Answers = {
    ...scope.plan.answers,
    byRules: newByRules(),
    assignments: new Map(),
  };
  const plan: Plan = {
    ...scope.plan,
    answers,
    axes: scope.plan.axes.filter((axis) => !axes.includes(axis)),
    apart: [...scope.plan.apart, ...axes],
  };
  const rests: Scope["rests"] = new Map();
  for (const [node, all] of scope.rests) {
    rests.set(
      node,
      all.map((placement) => placement && withoutAxes(placement, axes)),
    );
  }
  return { ...scope, layout, plan, rests };
}

/** Where a result of such rounds lies: stacked, split along the dim; of a sum each device has a term. */
export function outsideOwnRounds(
  { split, partial }: Placement,
  axes: readonly string[],
  stackedAlong: string | undefined,
  { names }: Mesh,
): Placement {
  if (axes.length === 0) return { split, partial };
  if (stackedAlong !== undefined) return { split: { [stackedAlong]: axes, ...split }, partial };
  return { split, partial: names.filter((axis) => axes.includes(axis) || partial.includes(axis)) };
}

function freeOf(rules: RuleTable, axes: readonly string[]): RuleTable {
  return rules.flatMap(([dim, own]) => {
    const free = own.filter((axis) => !axes.includes(axis));
    return own.length > 0 && free.length === 0 ? [] : [[dim, free] as const];
  });
}
