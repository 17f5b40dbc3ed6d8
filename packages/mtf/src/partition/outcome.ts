import type { Placement } from "../program/placement.ts";
import type { Answers } from "./answers.ts";
import {
  type Assignment,
  operandPlacement,
  resultShare,
  type Task,
  workSeconds,
} from "./choose.ts";
import { remembered } from "./plan/remembered.ts";

/** What an assignment comes to. */
export interface Outcome {
  /** Where it asks operands to lie. */
  readonly asks: readonly Placement[];
  /** What it leaves of results: split, and each device with its share of the rest. */
  readonly shares: readonly Placement[];
  /** Where results lie once shares of a maximum or minimum are one; owed sums stay owed. */
  readonly gives: readonly Placement[];
  /** Seconds that each device computes. */
  readonly work: number;
}

export function outcomeOf(answers: Answers, s: Task, assignment: Assignment): Outcome {
  const known = remembered(answers.outcomes, assignment, newOutcomes);
  const { facts, passing, owed } = s;
  const key = passing.length === 0 ? facts.shape : `${facts.shape}|${passing}|${owed}`;
  return remembered(known, key, () => outcomeNow(s, assignment));
}

const newOutcomes = () => new Map<string | number, Outcome>();

/** The same, worked out for who does not ask again. */
export function outcomeNow(s: Task, assignment: Assignment): Outcome {
  const shares = s.node.results.map((_, i) => resultShare(s, assignment, i));
  const sums = (s.facts.partition.combine ?? "sum") === "sum";
  return {
    asks: s.node.operands.map((_, i) => operandPlacement(s, assignment, i)),
    shares,
    gives: sums ? shares : shares.map(({ split }) => ({ split, partial: [] })),
    work: workSeconds(s, assignment),
  };
}
