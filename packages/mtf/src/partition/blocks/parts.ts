import type { Program } from "../../program/program.ts";
import type { Step, Written } from "../write.ts";

/** What is written for one item: its values and instructions, from the first up to the next one's. */
export interface Part {
  readonly begin: Step;
  readonly end: Step;
}

/** A program by its parts, and which of them each value is of. */
export interface Parts {
  readonly program: Program;
  readonly all: readonly Part[];
  readonly ofValue: Int32Array;
}

/** The parts of a program in order: each argument is one value. */
export function partsOf({ program, steps }: Written): Parts {
  const none = { instructions: 0, choices: 0 };
  const given = program.inputs.map(({ value }): Part => {
    return { begin: { values: value, ...none }, end: { values: value + 1, ...none } };
  });
  const made = steps.slice(1).map((end, i): Part => ({ begin: steps[i]!, end }));
  const all = [...given, ...made];
  const ofValue = new Int32Array(program.values.length);
  for (const [i, { begin, end }] of all.entries()) {
    for (let value = begin.values; value < end.values; value++) ofValue[value] = i;
  }
  return { program, all, ofValue };
}
