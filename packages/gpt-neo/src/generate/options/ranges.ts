import type { NumberRange } from "../../number-range.ts";
import { longestChunk } from "../prompt-length.ts";
import type { DecodingOptions } from "./decoding.ts";

const share: NumberRange = { least: 0, most: 1 };
const count: NumberRange = { least: 0, whole: true };
const some: NumberRange = { least: 1, whole: true };

/** The options of decoding that are numbers. */
export type NumberName = {
  [Name in keyof DecodingOptions]-?: NonNullable<DecodingOptions[Name]> extends number
    ? Name
    : never;
}[keyof DecodingOptions];

/** Seeds are int32, as devices have them. */
export const largestSeed: number = 2 ** 31 - 1;

/** With the id before them, guesses are one chunk of a cache. */
export const draftTokensRange: NumberRange & { least: number; most: number } = {
  least: 1,
  most: longestChunk - 1,
  whole: true,
};

/** Which numbers they take. */
export const ranges: Readonly<Record<NumberName, NumberRange>> = {
  maxNewTokens: { ...count, endless: true },
  repetitionPenalty: {},
  noRepeatNgramSize: count,
  minLength: count,
  minNewTokens: count,
  forcedBosTokenId: count,
  forcedEosTokenId: count,
  temperature: { least: 0 },
  topH: { most: 1 },
  topK: count,
  topP: share,
  minP: share,
  typicalP: { most: 1 },
  epsilonCutoff: share,
  etaCutoff: share,
  entmaxAlpha: { least: 1, most: 2 },
  numReturnSequences: some,
  numBeams: some,
  lengthPenalty: { least: Number.NEGATIVE_INFINITY },
};
