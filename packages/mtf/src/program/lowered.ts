import { wrongArgument } from "../arguments.ts";
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

/** What `lower` gives, given to what runs it. */
export function loweredArgument(fn: string, argument: string, value: unknown): void {
  if (typeof value === "object" && value !== null) {
    const { program, arguments: inputs } = value as Partial<Lowered<unknown[], unknown>>;
    if (isProgram(program) && Array.isArray(inputs)) return;
  }
  const advice =
    typeof value === "function"
      ? ["lower(fn, { layout, inputs })"]
      : isProgram(value)
        ? ["lowered, and not lowered.program"]
        : [];
  throw wrongArgument(fn, argument, "what lower gives", value, { try: advice });
}

/** A Program given to what prints or plans it. */
export function programArgument(fn: string, argument: string, value: unknown): void {
  if (isProgram(value)) return;
  const inside = (value as Partial<Lowered<unknown[], unknown>> | null | undefined)?.program;
  throw wrongArgument(fn, argument, "a Program", value, {
    try: isProgram(inside) ? [`${fn}(lowered.program)`] : [],
  });
}

function isProgram(value: unknown): value is Program {
  const { values, instructions } = (value ?? {}) as Partial<Program>;
  return Array.isArray(values) && Array.isArray(instructions);
}
