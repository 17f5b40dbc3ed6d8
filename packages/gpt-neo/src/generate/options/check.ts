import type { MtfError } from "mtf";
import { isIn, type NumberRange, rangeInWords } from "../../number-range.ts";
import type { DecodingOptions } from "./decoding.ts";
import { type NumberName, ranges } from "./ranges.ts";

/** What an option takes: whether a value is that, and what it is in words. */
interface Kind {
  readonly is: (value: unknown) => boolean;
  readonly words: string;
}

const isId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isIds = (value: unknown): boolean => Array.isArray(value) && value.every(isId);
const isSequence = (value: unknown): boolean => isIds(value) && (value as unknown[]).length > 0;
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

const flag: Kind = { is: (value) => typeof value === "boolean", words: "true or false" };
const ids: Kind = { is: isIds, words: "a list of ids" };

const kinds: { readonly [Name in Exclude<keyof DecodingOptions, NumberName>]-?: Kind } = {
  eosTokenId: { is: (value) => isId(value) || isIds(value), words: "an id or a list of ids" },
  stopStrings: {
    is: (value) => isText(value) || (Array.isArray(value) && value.every(isText)),
    words: "a text or a list of texts",
  },
  sequenceBias: {
    is: (value) => Array.isArray(value) && value.every(isBias),
    words: "a list of pairs [ids, number]",
  },
  badWordsIds: {
    is: (value) => Array.isArray(value) && value.every(isSequence),
    words: "a list of lists of ids",
  },
  exponentialDecayLengthPenalty: {
    is: (value) =>
      Array.isArray(value) && value.length === 2 && isId(value[0]) && isIn({}, value[1] as number),
    words: "[new ids, a number above 0]",
  },
  suppressTokens: ids,
  beginSuppressTokens: ids,
  doSample: flag,
  renormalizeLogits: flag,
  earlyStopping: {
    is: (value) => typeof value === "boolean" || value === "never",
    words: 'true, false or "never"',
  },
};

function isBias(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const bias: unknown = value[1];
  return isSequence(value[0]) && typeof bias === "number" && bias < Number.POSITIVE_INFINITY;
}

const byRange = ([name, range]: [string, NumberRange]): [string, Kind] => [
  name,
  {
    is: (value) => typeof value === "number" && isIn(range, value),
    words: rangeInWords(range),
  },
];
const all: ReadonlyMap<string, Kind> = new Map([
  ...Object.entries(ranges).map(byRange),
  ...Object.entries(kinds),
]);

/** The names of all options of decoding. */
export const decodingNames = [...all.keys()] as readonly (keyof DecodingOptions)[];

/**
 * Checks each option by itself. What is undefined is left out.
 *
 * @param wrong the error of a value that is none: what it must be instead
 */
export function checkDecoding(
  options: Readonly<Partial<Record<keyof DecodingOptions, unknown>>>,
  wrong: (name: keyof DecodingOptions, value: unknown, words: string) => MtfError,
): DecodingOptions {
  const checked: Record<string, unknown> = {};
  for (const name of decodingNames) {
    const value = options[name];
    if (value === undefined) continue;
    const { is, words } = all.get(name)!;
    if (!is(value)) throw wrong(name, value, words);
    checked[name] = value;
  }
  return checked as DecodingOptions;
}
