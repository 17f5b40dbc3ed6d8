import type * as fc from "fast-check";
import type { CaseData } from "./case.ts";
import { printCase } from "./print.ts";

/**
 * A failure with the program it shrank to, and how to see it again.
 *
 * @param file of this folder, whose cases it is among
 * @param fewer the part of `MTF_CASES` that the test draws
 */
export function failureOf(result: fc.RunDetails<[CaseData]>, file: string, fewer = 1): Error {
  const again = `MTF_SEED=${result.seed} MTF_CASES=${result.numRuns * fewer} npx vitest run packages/mtf/test/layout/${file}`;
  const cause = result.errorInstance as Error;
  const [data] = result.counterexample!;
  return new Error(`${again}\n${printCase(data)}\n${cause.message}`, { cause });
}
