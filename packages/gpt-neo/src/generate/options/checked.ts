import { MtfError } from "mtf";
import { isIn, type NumberRange, rangeInWords } from "../../number-range.ts";
import { checkNames, type OptionNames } from "../../option-names.ts";
import { unknownId } from "../../unknown-id.ts";
import { wrongOption } from "../../wrong-option.ts";
import { keyOf } from "../key-of.ts";
import { checkDecoding, decodingNames } from "./check.ts";
import { checkSampling } from "./check-sampling.ts";
import type { DecodingOptions } from "./decoding.ts";
import { draftTokensRange, largestSeed } from "./ranges.ts";
import type { GenerateAllSettings, GenerateSettings, GenerateTextSettings } from "./settings.ts";

const others = [
  ...([
    "sampling",
    "seed",
    "endOfText",
    "slide",
    "signal",
    "enough",
    "draft",
    "draftTokens",
  ] as const),
] as const;
const told = ["logprobs", "outputScores", "outputLogits"] as const;
const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, true]));
const names = named([...decodingNames, ...others]) as OptionNames<GenerateSettings>;
const all = { ...names, ...named(told) } as OptionNames<GenerateAllSettings>;

const numbers: Readonly<Record<"seed" | "logprobs" | "draftTokens", NumberRange>> = {
  seed: { least: 0, most: largestSeed, whole: true },
  logprobs: { least: 0, whole: true },
  draftTokens: draftTokensRange,
};

/** @throws MtfError `bad-argument` for a setting of `generate` that there is none of */
export function checkGenerateNames(settings: GenerateSettings): void {
  checkNames("generate", settings, names);
}

/** @throws MtfError `bad-argument` for a setting of `generateText` that there is none of */
export function checkTextNames(settings: GenerateTextSettings): void {
  const text: OptionNames<GenerateTextSettings> = { ...names, special: true };
  checkNames("generateText", settings, text);
  const { special } = settings;
  if (special === undefined || typeof special === "boolean") return;
  throw wrongOption("generateText", "special", special, "true or false");
}

/**
 * Checks settings, each by itself.
 *
 * @throws MtfError `bad-argument` for one that there is none of, or a value that it does not take
 */
export function checkSettings(settings: GenerateAllSettings): void {
  checkNames("generate", settings, all);
  checkDecoding(settings, wrong);
  if (settings.sampling !== undefined) checkSampling(settings.sampling);
  checkDecoding({ eosTokenId: settings.endOfText }, (_, ...told) => wrong("endOfText", ...told));
  for (const name of ["seed", "logprobs", "draftTokens"] as const) {
    const value = settings[name];
    if (value === undefined || isIn(numbers[name], value)) continue;
    throw wrong(name, value, rangeInWords(numbers[name]));
  }
  for (const name of ["slide", "outputScores", "outputLogits"] as const) {
    const value = settings[name];
    if (value !== undefined && typeof value !== "boolean")
      throw wrong(name, value, "true or false");
  }
  for (const name of ["signal", "enough"] as const) {
    const signal = settings[name];
    if (signal === undefined || typeof signal?.throwIfAborted === "function") continue;
    throw wrong(name, signal, "an AbortSignal");
  }
}

function wrong(name: string, value: unknown, words: string): MtfError {
  return wrongOption("generate", name, value, words);
}

/**
 * Checks that the ids are there that options name. Of ids that end a text a model's own file may name more:
 * what there is none of is never chosen.
 *
 * @param options those of the call over the model's own
 * @param own the file of the model's own, where there is one
 * @throws MtfError `bad-argument` that says which of the two names an id beyond the vocabulary
 */
export function checkIds(
  options: DecodingOptions,
  settings: GenerateAllSettings,
  vocabulary: number,
  own: string | undefined,
): void {
  const { eosTokenId = [], endOfText = [] } = settings;
  const ends = [
    ["eosTokenId", [eosTokenId].flat()],
    ["endOfText", [endOfText].flat()],
  ] as const;
  for (const [name, ids] of [...idsIn(options), ...ends]) {
    const unknown = unknownId(ids, vocabulary);
    if (unknown === undefined) continue;
    const isGiven = settings[name] !== undefined;
    const said = isGiven ? `generate: \`${name}\`` : `${own}: ${keyOf(name)}`;
    throw new MtfError("bad-argument", `${said} has ${unknown}, which is no id of the model.`, {
      evidence: [["vocabulary", `0 to ${vocabulary - 1}`]],
      try: isGiven ? [] : [`\`${name}\` with other ids, which goes over the file`],
    });
  }
}

/** The ids that options name, but for those that end a text. */
function idsIn(
  options: DecodingOptions,
): readonly (readonly [name: keyof DecodingOptions, ids: readonly number[]])[] {
  const { sequenceBias = [], badWordsIds = [], suppressTokens = [] } = options;
  const { beginSuppressTokens = [], forcedBosTokenId, forcedEosTokenId } = options;
  const one = (id: number | undefined) => (id === undefined ? [] : [id]);
  return [
    ["sequenceBias", sequenceBias.flatMap(([ids]) => ids)],
    ["badWordsIds", badWordsIds.flat()],
    ["suppressTokens", suppressTokens],
    ["beginSuppressTokens", beginSuppressTokens],
    ["forcedBosTokenId", one(forcedBosTokenId)],
    ["forcedEosTokenId", one(forcedEosTokenId)],
  ];
}
