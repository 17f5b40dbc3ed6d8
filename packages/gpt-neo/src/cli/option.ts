import type { WrittenData } from "../data/source.ts";
import { meantBy } from "../meant-by.ts";
import { isIn, type NumberRange, rangeInWords } from "../number-range.ts";

/** How an option's value is written, and what it means. */
export type Option<T> = FlagOption<T> | ValueOption<T> | ValuesOption<T> | GroupsOption<T>;

interface Described<T> {
  /** One sentence for `--help`. */
  readonly help: string;
  readonly required?: boolean;
  /** What holds where it is not given. */
  readonly otherwise?: Otherwise<T>;
}

/** The value that an option has then, or what decides it, as `--help` says it. */
export type Otherwise<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "decided"; readonly by: string };

/** Called with what was written; gives the value, or says what it should have been. */
export type Read<T> = (
  written: string,
) =>
  | { readonly value: T }
  | { readonly expected: string /** What is likely meant. */; readonly meant?: string };

interface FlagOption<T> extends Described<T> {
  readonly kind: "flag";
  readonly read: Read<T>;
}

export interface ValueOption<T> extends Described<T> {
  readonly kind: "value";
  readonly shown: string;
  readonly read: Read<T>;
}

/** Given several times, or followed by several values. */
interface ValuesOption<T> extends Described<T> {
  readonly kind: "values";
  readonly shown: string;
  readonly read: Read<T>;
}

/** As `values`, but every time it is given opens a group, which may have options of its own. */
export interface GroupsOption<T> extends Described<T> {
  readonly kind: "groups";
  readonly shown: string;
  readonly read: Read<string>;
  /** Options that belong to the group before them, as `--weight` does to a `--data`. */
  readonly own: Readonly<Record<string, ValueOption<unknown>>>;
  readonly gather: (groups: readonly Group[]) => T;
}

/** The words of one group, and the values of its own options by their names. */
export interface Group {
  readonly words: readonly string[];
  readonly own: Readonly<Record<string, unknown>>;
}

/** The options of a command: for every field of its values, how it is written. */
export type Options<Values> = {
  readonly [Key in keyof Values]-?: Option<NonNullable<Values[Key]>>;
};

export function flag(help: string): Option<boolean> {
  return { kind: "flag", help, read: () => ({ value: true }) };
}

export function text(shown: string, help: string): Option<string> {
  return {
    kind: "value",
    shown,
    help,
    read: (written) => (written === "" ? { expected: "some text" } : { value: written }),
  };
}

/** Text that may be empty, such as a prompt. */
export function anyText(shown: string, help: string): Option<string> {
  return { kind: "value", shown, help, read: (value) => ({ value }) };
}

/** Files, each group of them a source whose weight may follow. */
export function sources(shown: string, help: string, weightHelp: string): Option<WrittenData> {
  return {
    kind: "groups",
    shown,
    help,
    read: (written) => (written === "" ? { expected: "a file" } : { value: written }),
    own: { weight: otherwise("1", number("W", weightHelp)) },
    gather: (groups) =>
      groups.some(({ own }) => "weight" in own)
        ? groups.map(({ words, own }) => ({ files: words, weight: own.weight as number }))
        : groups.flatMap(({ words }) => words),
  };
}

/** Any texts, by default names of files. */
export function texts(shown: string, help: string, expected = "a file"): Option<readonly string[]> {
  return {
    kind: "values",
    shown,
    help,
    read: (written) => (written === "" ? { expected } : { value: [written] }),
  };
}

/** Keys with values, as in `warmup_steps=50`: what is no JSON is text. */
export function pairs(
  shown: string,
  help: string,
): Option<readonly (readonly [key: string, value: unknown])[]> {
  return {
    kind: "values",
    shown,
    help,
    read(written) {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(written) ?? [];
      if (key === undefined || value === undefined) return { expected: "KEY=VALUE" };
      return { value: [[key, jsonOrText(value)]] };
    },
  };
}

function jsonOrText(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}

/** A whole number from `least` to `most`. */
export function integer(
  shown: string,
  help: string,
  least = 0,
  most: number = Number.MAX_SAFE_INTEGER,
): Option<number> {
  return {
    kind: "value",
    shown,
    help,
    read(written) {
      const value = /^\d+$/.test(written) ? Number(written) : Number.NaN;
      if (value >= least && value <= most) return { value };
      const upTo = value > most ? `to ${most}` : "on";
      return { expected: `a whole number from ${least} ${upTo}` };
    },
  };
}

/** As people write numbers: JavaScript reads `0x10` and a space, too. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number above 0, or from `least` on; at most `most`. */
export function number(shown: string, help: string, range: NumberRange = {}): ValueOption<number> {
  return {
    kind: "value",
    shown,
    help,
    read(written) {
      const value = decimal.test(written) ? Number(written) : Number.NaN;
      return isIn(range, value) ? { value } : { expected: rangeInWords(range) };
    },
  };
}

/** @param also other words for them */
export function choice<const T extends string>(
  choices: readonly T[],
  help: string,
  also: Readonly<Record<string, T>> = {},
): ValueOption<T> {
  return {
    kind: "value",
    shown: choices.join("|"),
    help,
    read(written) {
      const one = Object.hasOwn(also, written) ? also[written] : written;
      const value = choices.find((known) => known === one);
      if (value !== undefined) return { value };
      const meant = meantBy(written, choices);
      return { expected: choices.join(" or "), ...(meant !== undefined && { meant }) };
    },
  };
}

/** Numbers with commas between: `1,2,3`. */
export function ids(shown: string, help: string): Option<readonly number[]> {
  return { kind: "value", shown, help, read: readIds };
}

export const readIds: Read<readonly number[]> = (written) => {
  const parts = written.split(",").map((part) => part.trim());
  const right = parts.every((part) => /^\d+$/.test(part) && Number(part) < 2 ** 31);
  return right ? { value: parts.map(Number) } : { expected: "ids with commas between: 1,2,3" };
};

/** Any of several words; given several times, or followed by several. */
export function choices<const T extends string>(
  known: readonly T[],
  help: string,
): Option<readonly T[]> {
  const { read } = choice(known, help);
  return {
    kind: "values",
    shown: known.join("|"),
    help,
    read(written) {
      const result = read(written);
      return "value" in result ? { value: [result.value] } : result;
    },
  };
}

export function required<T>(option: Option<T>): Option<T> {
  return { ...option, required: true };
}

/** An option that has a value of its own where it is not given. */
export function defaultsTo<T>(value: T, option: Option<T>): Option<T> {
  return { ...option, otherwise: { kind: "value", value } };
}

/** An option of which something else decides where it is not given. */
export function otherwise<O extends { readonly help: string }>(by: string, option: O): O {
  return { ...option, otherwise: { kind: "decided", by } };
}

/** `maxNewTokens` as it is typed: `max-new-tokens`. */
export function typed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
