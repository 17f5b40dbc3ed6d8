import { type ErrorCode, MtfError } from "./errors.ts";
import { isPlainObject } from "./record.ts";
import { captureLine } from "./sourceLine.ts";
import { nearest } from "./suggest.ts";

// What the types say of arguments, said once more at run time: who writes JavaScript has no
// compiler, and what a wrong argument breaks is far from where it was given.

/** What an error about an argument says beside its sentence. */
export interface ArgumentDetails {
  /** Where no code of its own fits: `bad-argument`. */
  readonly code?: ErrorCode;
  readonly try?: readonly string[];
}

/** An error about an argument of a public function, which was given something else than it takes. */
export function wrongArgument(
  fn: string,
  argument: string,
  takes: string,
  given: unknown,
  { code = "bad-argument", try: advice = [] }: ArgumentDetails = {},
): MtfError {
  return new MtfError(code, `${fn}: '${argument}' must be ${takes}, and is ${tell(given)}.`, {
    function: fn,
    argument,
    evidence: [["at", captureLine()]],
    ...(advice.length > 0 && { try: advice }),
  });
}

/** Refuses what a function is given beyond what it takes, where one may think that it takes more. */
export function nothingBesides(
  fn: string,
  takes: string,
  surplus: readonly unknown[],
  advice: readonly string[],
): void {
  if (surplus.length === 0) return;
  const sentence = `${fn}: it takes ${takes} alone, and is given ${tell(surplus[0])} besides.`;
  throw new MtfError("bad-argument", sentence, {
    function: fn,
    evidence: [["at", captureLine()]],
    try: advice,
  });
}

/** A value in a few words: `the text "batch"`, `an array of 3`, `a Promise`. */
export function tell(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `the text ${JSON.stringify(value)}`;
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : tellObject(value);
    case "bigint":
      return `${value}n`;
    default:
      return String(value);
  }
}

// The vocabulary of graphs is not imported for this: dims and meshes are below it.
const isTensorLike = (value: object): boolean => "~node" in value;

/** Whether a value is a tensor on devices, by the mark that their handles bear. */
export const isHeldLike = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "~held" in value;

function tellObject(value: object): string {
  if (isTensorLike(value)) return "a tensor";
  if (isHeldLike(value)) return "a tensor on devices";
  if (Array.isArray(value))
    return value.length === 0 ? "an empty array" : `an array of ${value.length}`;
  if (isGenerator(value)) return "a generator";
  const made = Object.getPrototypeOf(value)?.constructor?.name ?? "Object";
  if (made !== "Object") return `${/^[AEIOU]/.test(made) ? "an" : "a"} ${made}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return "an empty object";
  return `an object with ${keys.slice(0, 5).join(", ")}${keys.length > 5 ? " …" : ""}`;
}

/** What a function with a `*` gives: nothing of it has run yet. */
export function isGenerator(value: unknown): boolean {
  return /^\[object (Async)?Generator\]$/.test(Object.prototype.toString.call(value));
}

/** A number that is one, within bounds where there are any. */
export function numberArgument(
  fn: string,
  argument: string,
  value: unknown,
  { min = -Infinity, max = Infinity }: { readonly min?: number; readonly max?: number } = {},
): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  const bounded = min > -Infinity || max < Infinity;
  const range = max === Infinity ? `from ${min} on` : `from ${min} to ${max}`;
  throw wrongArgument(fn, argument, bounded ? `a number ${range}` : "a number", value);
}

/** Options that are all numbers, with those left out filled in. */
export function numberOptions<Options extends Readonly<Record<string, number>>>(
  fn: string,
  given: unknown,
  defaults: Options,
): Options {
  optionsArgument(fn, "options", given, Object.keys(defaults));
  const options = { ...defaults } as Record<string, number>;
  for (const [name, value] of Object.entries(given as object)) {
    if (value !== undefined) options[name] = numberArgument(fn, `options.${name}`, value);
  }
  return options as Options;
}

/** A number of things. */
export function countArgument(fn: string, argument: string, value: unknown, min = 0): number {
  if (Number.isSafeInteger(value) && (value as number) >= min) return value as number;
  throw wrongArgument(fn, argument, `a whole number from ${min} on`, value);
}

export function textArgument(
  fn: string,
  argument: string,
  value: unknown,
  advice: readonly string[] = [],
): string {
  if (typeof value === "string") return value;
  throw wrongArgument(fn, argument, "text", value, { try: advice });
}

export function booleanArgument(fn: string, argument: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw wrongArgument(fn, argument, "true or false", value);
}

/** One of a few words. */
export function wordArgument<Word extends string>(
  fn: string,
  argument: string,
  value: unknown,
  words: readonly Word[],
): Word {
  if (words.includes(value as Word)) return value as Word;
  const takes = words.map((word) => `"${word}"`).join(" or ");
  const near = typeof value === "string" ? nearest(value, words) : undefined;
  throw wrongArgument(fn, argument, takes, value, { try: near ? [`"${near}"`] : [] });
}

/** A function that is called at once, and whose result is there when it returns. */
export function functionArgument(fn: string, argument: string, value: unknown): void {
  if (typeof value !== "function") {
    throw wrongArgument(fn, argument, "a function of tensors", value);
  }
  if (Object.prototype.toString.call(value) !== "[object AsyncFunction]") return;
  throw asyncFunction(`${fn}: '${argument}' is async.`, { function: fn, argument });
}

/** What a function gave is still to come. */
export function asyncFunction(
  sentence: string,
  facts: { readonly [fact: string]: unknown },
): MtfError {
  return new MtfError("async-function", sentence, {
    ...facts,
    evidence: [
      ["why", "it is called once, to see what it does with tensors that hold no numbers"],
      ["at", captureLine()],
    ],
    try: ["a plain function; await what it needs before, and close over it"],
  });
}

export function arrayArgument(
  fn: string,
  argument: string,
  value: unknown,
  takes: string,
  advice: readonly string[] = [],
): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongArgument(fn, argument, takes, value, { try: advice });
}

/** An object of entries by names that the caller chooses. */
export function recordArgument(
  fn: string,
  argument: string,
  value: unknown,
  takes: string,
  advice: readonly string[] = [],
): void {
  if (!isPlainObject(value)) throw wrongArgument(fn, argument, takes, value, { try: advice });
}

/**
 * An object of options, none of them misspelt.
 *
 * @throws MtfError `unknown-option` for a name that is none of `known`
 */
export function optionsArgument(
  fn: string,
  argument: string,
  value: unknown,
  known: readonly string[],
  advice: readonly string[] = [],
): void {
  if (!isPlainObject(value) || isTensorLike(value)) {
    const takes = `an object with ${known.join(", ")}`;
    throw wrongArgument(fn, argument, takes, value, { try: advice });
  }
  for (const name in value)
    if (!known.includes(name)) throw unknownOption(fn, argument, name, known);
}

function unknownOption(
  fn: string,
  argument: string,
  name: string,
  known: readonly string[],
): MtfError {
  const near = nearest(name, known);
  return new MtfError("unknown-option", `${fn}: '${argument}' has no '${name}'.`, {
    function: fn,
    argument,
    option: name,
    evidence: [
      ["known", known.join(", ")],
      ["at", captureLine()],
    ],
    ...(near !== undefined && { try: [near] }),
  });
}
