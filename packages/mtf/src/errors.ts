/** Every situation the library refuses, by name. Callers branch on `error.code`. */
export type ErrorCode =
  | "async-function"
  | "axis-conflict"
  | "backend-unavailable"
  | "bad-argument"
  | "bad-checkpoint"
  | "bad-file"
  | "bad-mesh"
  | "bad-result"
  | "bad-rule"
  | "bad-size"
  | "closed"
  | "device-failed"
  | "dim-taken"
  | "dtype-mismatch"
  | "duplicate-dim"
  | "foreign-tensor"
  | "internal"
  | "lonely-dim"
  | "missing-dim"
  | "missing-input"
  | "no-gradient"
  | "not-a-number"
  | "not-a-scalar"
  | "not-a-tensor"
  | "out-of-memory"
  | "poisoned"
  | "size-mismatch"
  | "unknown-axis"
  | "unknown-dim"
  | "unknown-option"
  | "unknown-path"
  | "wrong-input";

/** One line of evidence below an error's sentence: a label and what it shows. */
export type Evidence = readonly [label: string, text: string];

export interface ErrorDetails {
  /** What was seen, one labelled line each: tensors with dims, rules, axes, files. */
  readonly evidence?: readonly Evidence[];
  /** What to write instead. Only ever something that works. */
  readonly try?: readonly string[];
  /** Machine-readable facts: names, sizes, offsets. */
  readonly [fact: string]: unknown;
}

/**
 * What the library throws: a `code` to branch on, `details` to inspect, and a message made of both.
 *
 * @example
 * try {
 *   defineMesh("data:x");
 * } catch (error) {
 *   if (error instanceof MtfError && error.code === "bad-mesh") console.log(error.details);
 * }
 */
export class MtfError extends Error {
  override readonly name = "MtfError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, sentence: string, details: ErrorDetails = {}) {
    super(printError(code, sentence, details));
    this.code = code;
    this.details = details;
  }
}

function printError(code: ErrorCode, sentence: string, details: ErrorDetails): string {
  const lines: Evidence[] = [...(details.evidence ?? [])];
  for (const advice of details.try ?? []) lines.push(["try", advice]);
  const shown = lines.map(([label, text]) => [shorten(label, 200), shorten(text)] as const);
  const width = Math.max(0, ...shown.map(([label]) => label.length));
  const body = shown.map(([label, text]) => `\n  ${label.padEnd(width)}  ${text}`).join("");
  return `[${code}] ${shorten(sentence)}${body}`;
}

/** A name out of a damaged file may have a million letters; `details` has all of them. */
function shorten(text: string, most = 4000): string {
  const words = text.replace(/\S{500,}/gu, (word) => `${word.slice(0, 100)}…`);
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

/**
 * An error's sentence, without its code and what stands below.
 *
 * @example
 * sentenceOf(new MtfError("bad-file", "ids.bin ends early.")); // "ids.bin ends early."
 */
export function sentenceOf(error: Error): string {
  return error.message.split("\n")[0]!.replace(/^\[.*?\] /, "");
}

/** An error of our own making: the message asks for a report. */
export function internal(sentence: string): MtfError {
  return new MtfError("internal", `internal: ${sentence} (this is a bug in mtf, please report it)`);
}
