import type { Lowered } from "./lowered.ts";
import { printProgram } from "./print.ts";
import type { Program } from "./program.ts";

/** A program with the trees that it takes and gives. It prints as the program does. */
export function loweredOf<Arguments extends readonly unknown[], Result>(
  program: Program,
  inputs: Arguments,
  result: Result,
): Lowered<Arguments, Result> {
  const text = () => printProgram(program);
  const lowered = { program, arguments: inputs, result, toString: text };
  // What console.log prints on Node.
  return Object.assign(lowered, { [Symbol.for("nodejs.util.inspect.custom")]: text });
}
