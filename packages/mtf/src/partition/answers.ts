import type { MachineModel } from "../cost/machineModel.ts";
import type { Dimension } from "../dimension.ts";
import type { Node } from "../graph/node.ts";
import { dimsOf, type End } from "../graph/tensor.ts";
import type { Layout, RuleTable } from "../layout.ts";
import type { Placement } from "../program/placement.ts";
import type { Assignment } from "./choose.ts";
import { type Facts, factsOf } from "./facts.ts";
import type { Outcome } from "./outcome.ts";
import { place } from "./place.ts";
import { newPlacements, type Placements } from "./placements.ts";
import { remembered } from "./plan/remembered.ts";
import { before, printRules } from "./stuck.ts";
import { newTypes, type Types } from "./types.ts";

/**
 * What has been worked out for one layout and machine, for whoever asks again: the blocks of a model
 * ask the same, and a program that is written twice asks all of it twice.
 */
export interface Answers {
  readonly machine: MachineModel;
  readonly facts: Map<Node, Facts>;
  readonly types: Types;
  /** Numbers for the texts of nodes that are alike. */
  readonly shapes: Map<string, number>;
  readonly placements: Placements;
  readonly byRules: ByRules;
  readonly assignments: Map<string, Assignment>;
  /** By the assignment, which the choices that are alike share, and by the text of what it is one of. */
  readonly outcomes: Map<Assignment, Map<string | number, Outcome>>;
}

/**
 * Where the rules of one layout put values: by the names of their dims and the rules that stick to them,
 * and by the dims of those to which none stick.
 */
export interface ByRules {
  readonly byText: Map<string, Placement>;
  readonly byDims: Map<readonly Dimension[], Placement>;
}

export function newByRules(): ByRules {
  return { byText: new Map(), byDims: new Map() };
}

export function newAnswers(machine: MachineModel): Answers {
  return {
    machine,
    facts: new Map(),
    types: newTypes(),
    shapes: new Map(),
    placements: newPlacements(),
    byRules: newByRules(),
    assignments: new Map(),
    outcomes: new Map(),
  };
}

export function factsFor({ facts, machine, types, shapes }: Answers, node: Node): Facts {
  return remembered(facts, node, () => factsOf(node, machine, types, shapes));
}

/** Where a layout's rules put a tensor, after those that stick to it. */
export function placeOf(
  { byRules: { byText, byDims } }: Answers,
  tensor: End,
  layout: Layout,
  stuck: RuleTable,
): Placement {
  const dims = dimsOf(tensor);
  const known = stuck.length === 0 ? byDims.get(dims) : undefined;
  if (known) return known;
  let names = "";
  for (const { name } of dims) names += `${name} `;
  const text = names + printRules(stuck);
  const placement = remembered(byText, text, () => {
    return place(dims, before(stuck, layout.rules), layout.mesh);
  });
  if (stuck.length === 0) byDims.set(dims, placement);
  return placement;
}
