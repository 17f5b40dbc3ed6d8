import type { Layout, RuleTable } from "../../layout.ts";
import { type Placement, samePlacement, splitAxes } from "../../program/placement.ts";
import {
  type Input,
  type Instruction,
  leavingOf,
  type Program,
  writesOf,
} from "../../program/program.ts";
import type { SourceLine } from "../../sourceLine.ts";
import { type Assignment, operandSplit, resultShare, type Task } from "../choose.ts";
import { place } from "../place.ts";
import type { Choice } from "../plan/choice.ts";
import type { Written } from "../write.ts";

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
  planned: Written,
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
      const { rounds } = instruction;
      const at = writesOf(instruction).indexOf(id);
      const otherwise = rounds.kind === "either" ? [rounds.otherwise.results[at]!] : [];
      return { kind: "follows", values: [leavingOf(instruction)[at]!, ...otherwise] };
    }
    default: {
      const anchor = planned.anchored.get(planned.program.values[id]!);
      return anchor && { kind: "withLayout", line: anchor.line };
    }
  }
}

/** Of an op's result: by rules, by the plan, or as what it is computed from. */
function whyOfResult(
  { plan }: Written,
  layout: Layout,
  { choice: { task, split, aims }, result }: ChosenResult,
  operands: readonly number[],
): Why {
  const { node } = task;
  const before = plan.proposed.get(node);
  if (before) {
    return { kind: "plan", instead: resultShare(task, before.assignment, result) };
  }
  const { results, rules } = aims();
  const lies = settledShare(task, split.assignment, result);
  if (!samePlacement(lies, results[result]!)) {
    return { kind: "follows", values: leadersOf(task, split.assignment, lies, operands) };
  }
  const all = rulesIn(lies);
  if (all.length === 0) return { kind: "whole" };
  const byRules = place(node.results[result]!.dims, rules, task.mesh);
  if (!samePlacement(byRules, lies)) return { kind: "rests" };
  const ofLayout = ([dim]: AppliedRule) => {
    const first = rules.find(([own]) => own === dim);
    return first !== undefined && layout.rules.includes(first);
  };
  return {
    kind: "rules",
    rules: all.filter(ofLayout),
    stuck: all.filter((rule) => !ofLayout(rule)),
  };
}

function settledShare(task: Task, assignment: Assignment, result: number): Placement {
  return { split: resultShare(task, assignment, result).split, partial: [] };
}

/** The operands that lie as a result does, as far as they have its dims; all where it is whole. */
function leadersOf(
  task: Task,
  assignment: Assignment,
  lies: Placement,
  operands: readonly number[],
): readonly number[] {
  const axes = splitAxes(lies);
  const leaders = operands.filter((_, i) => {
    const own = splitAxes({ split: operandSplit(task, assignment, i), partial: [] });
    return axes.length === 0 || own.some((axis) => axes.includes(axis));
  });
  return [...new Set(leaders)];
}

function rulesIn({ split }: Placement): readonly AppliedRule[] {
  return Object.entries(split);
}
