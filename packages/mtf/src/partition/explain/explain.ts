import { wrongArgument } from "../../arguments.ts";
import { type Lowered, loweredArgument } from "../../program/lowered.ts";
import type { Program } from "../../program/program.ts";
import { printExplanation } from "./print.ts";
import { type ExplainedValue, rowsOf } from "./rows.ts";
import { sourceOf } from "./source.ts";

/** Why a program's values lie where they do. Printed, it is a table with a line for each value. */
export interface Explanation {
  /** The program that `lower` gave: the values' numbers are those of this one. */
  readonly program: Program;
  readonly values: readonly ExplainedValue[];
  toString(): string;
}

/**
 * Why the values of a lowered function lie where they do: by which rule, because of a `withLayout`,
 * as what they are computed from, or because the plan found that to cost less. And what other ways to
 * split the work would cost: one at a time, everything else as it is, in seconds of the machine and in
 * bytes. Other ways are weighed as planned, before passes have collectives come sooner, later or as one;
 * collectives that are done as one have their seconds with the first of them. All of it follows from
 * the traced function, the layout and the machine, which are all that is kept for it: the function is
 * planned once more.
 *
 * @throws MtfError `bad-argument` for what `lower` did not give
 * @example
 * console.log(explain(lower(step, { layout, inputs })));
 */
export function explain<Arguments extends readonly unknown[], Result>(
  lowered: Lowered<Arguments, Result>,
): Explanation {
  loweredArgument("explain", "lowered", lowered);
  const source = sourceOf(lowered);
  if (!source) throw wrongArgument("explain", "lowered", "what lower gives, not a copy", lowered);
  const { program, values } = rowsOf(source);
  const text = () => printExplanation(values);
  const explanation: Explanation = { program, values, toString: text };
  return Object.assign(explanation, { [Symbol.for("nodejs.util.inspect.custom")]: text });
}
