import { type ErrorCode, MtfError, sentenceOf } from "../errors.ts";
import { captureLine, holdLine, type SourceLine } from "../sourceLine.ts";

/** Errors about what was given. What is wrong with files and devices is on no line of a program. */
const aboutCalls: readonly ErrorCode[] = [
  "bad-argument",
  "bad-mesh",
  "not-a-scalar",
  "not-a-tensor",
  "wrong-input",
];

/**
 * Does what the user called for. An error about what was given for it says on which line, even if it
 * is found when the call has long returned.
 */
export async function called<Result>(work: () => Promise<Result>): Promise<Result> {
  const line = holdLine();
  try {
    return await work();
  } catch (error) {
    throw error instanceof MtfError ? placed(error, line()) : error;
  }
}

/** As `called`, for what is done when the call returns. */
export function calledNow<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof MtfError ? placed(error, captureLine()) : error;
  }
}

function placed(error: MtfError, line: SourceLine): MtfError {
  const { code, details } = error;
  const { evidence = [] } = details;
  if (!aboutCalls.includes(code) || evidence.some(([label]) => label === "at")) return error;
  return new MtfError(code, sentenceOf(error), {
    ...details,
    evidence: [...evidence, ["at", line]],
  });
}
