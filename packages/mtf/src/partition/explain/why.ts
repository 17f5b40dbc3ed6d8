import type { Layout, RuleTable } from "../../layout.ts";
import { type Placement, samePlacement, splitAxes } from "../../program/placement.ts";
import type { Input, Instruction, Program } from "../../program/program.ts";
import type { SourceLine } from "../../sourceLine.ts";
import { type Assignment, operandSplit, resultShare, type Situation } from "../choose.ts";
import type { PlannedProgram } from "../lookAhead.ts";
import { place } from "../place.ts";
import type { Choice } from "../plan/choice.ts";

/** A rule as it was written: a dim and the axes that are to split it. */
export type AppliedRule = RuleTable[number];

/** Why a value lies where it does. */
export type Why =
  /** An argument of the function: by the layout's rules for it and where it rests. */
  | {
      readonly kind: "argument";
      readonly path: string;
      readonly rules: readonly AppliedRule[];
      readonly stored: readonly AppliedRule[];
    }
  /** As the layout's rules propose, and those that stick to it from a `withLayout`. */
  | {
      readonly kind: "rules";
      readonly rules: readonly AppliedRule[];
      readonly stuck: readonly AppliedRule[];
    }
  /** As a `withLayout` says. */
  | { readonly kind: "withLayout"; readonly line: SourceLine }
  /** As what it is computed with rests. */
  | { readonly kind: "rests" }
  /** Whole, as no rule splits it. */
  | { readonly kind: "whole" }
  /** As what it is computed from. */
  | { readonly kind: "follows"; readonly values: readonly number[] }
  /** The plan departs from what was proposed: that would cost more. */
  | { readonly kind: "plan"; readonly instead: Placement }
  /** Brought there for what reads it. */
  | {
      readonly kind: "asked";
      readonly values: readonly number[];
      readonly results: readonly string[];
    };

/** Of an argument: which rules it goes by. */
export function whyOfInput(program: Program, { path, value }: Input, layout: Layout): Why {
  const { dims, placement } = program.values[value]!;
  const byRules = place(dims, layout.rules, layout.mesh);
  const all = rulesIn(placement);
  const same = ([dim, axes]: AppliedRule) => byRules.split[dim]?.join() === axes.join();
  const [rules, stored] = [all.filter(same), all.filter((rule) => !same(rule))];
  return { kind: "argument", path, rules, stored };
}

/** The choice that a value is a result of. */
export interface ChosenResult {
  readonly choice: Choice;
  readonly result: number;
}

/** Of what an instruction makes; undefined where it is made for what reads it. */
export function whyOf(
  planned: PlannedProgram,
  layout: Layout,
  instruction: Instruction,
  id: number,
  chosen: ChosenResult | undefined,
): Why | undefined {
  switch (instruction.kind) {
    case "compute": {
      const { operands } = instruction;
      if (!chosen) return { kind: "follows", values: [...new Set(operands)] };
      return whyOfResult(planned, layout, chosen, operands);
    }
    case "region": {
      const { carried, summed, stacked } = instruction;
      const pairs = [...carried.map((c) => [c.result, c.next] as const)];
      const bound = [...summed, ...stacked].map((b) => [b.outer, b.inner] as const);
      const inside = [...pairs, ...bound].find(([outer]) => outer === id);
      return { kind: "follows", values: inside ? [inside[1]] : [] };
    }
    default: {
      const anchor = planned.anchored.get(planned.program.values[id]!);
      return anchor && { kind: "withLayout", line: anchor.line };
    }
  }
}

/** Of an op's result: by rules, by the plan, or as what it is computed from. */
function whyOfResult(
  { proposed }: PlannedProgram,
  layout: Layout,
  { choice: { situation, split }, result }: ChosenResult,
  operands: readonly number[],
): Why {
  const { node } = situation;
  const before = proposed.get(node);
  if (before) {
    return { kind: "plan", instead: resultShare(situation, before.assignment, result) };
  }
  const lies = settledShare(situation, split.assignment, result);
  if (!samePlacement(lies, situation.results[result]!)) {
    return { kind: "follows", values: leadersOf(situation, split.assignment, lies, operands) };
  }
  const all = rulesIn(lies);
  if (all.length === 0) return { kind: "whole" };
  const byRules = place(node.results[result]!.dims, situation.rules, situation.mesh);
  if (!samePlacement(byRules, lies)) return { kind: "rests" };
  const ofLayout = ([dim]: AppliedRule) => {
    const first = situation.rules.find(([own]) => own === dim);
    return first !== undefined && layout.rules.includes(first);
  };
  return {
    kind: "rules",
    rules: all.filter(ofLayout),
    stuck: all.filter((rule) => !ofLayout(rule)),
  };
}

function settledShare(situation: Situation, assignment: Assignment, result: number): Placement {
  return { split: resultShare(situation, assignment, result).split, partial: [] };
}

/** The operands that lie as a result does, as far as they have its dims; all where it is whole. */
function leadersOf(
  situation: Situation,
  assignment: Assignment,
  lies: Placement,
  operands: readonly number[],
): readonly number[] {
  const axes = splitAxes(lies);
  const leaders = operands.filter((_, i) => {
    const own = splitAxes({ split: operandSplit(situation, assignment, i), partial: [] });
    return axes.length === 0 || own.some((axis) => axes.includes(axis));
  });
  return [...new Set(leaders)];
}

function rulesIn({ split }: Placement): readonly AppliedRule[] {
  return Object.entries(split);
}
