import type { Program } from "./program.ts";

/**
 * A function lowered to one device's program, with the trees of tensors it takes and gives. The
 * tensors in the trees hold no numbers: they tell dims and dtypes, in the order of the program's
 * inputs and outputs.
 */
export interface Lowered<Arguments extends readonly unknown[], Result> {
  readonly program: Program;
  readonly arguments: Arguments;
  readonly result: Result;
  /** The program as text: every instruction and collective. */
  toString(): string;
}
