import type { DecodingOptions } from "../options/decoding.ts";
import type { Filters } from "../sample.ts";
import { badWords } from "./bad-words.ts";
import { beginSuppressTokens } from "./begin-suppress-tokens.ts";
import { epsilonCutoff } from "./epsilon-cutoff.ts";
import { etaCutoff } from "./eta-cutoff.ts";
import { exponentialDecay } from "./exponential-decay.ts";
import { forcedAt } from "./forced.ts";
import { minLength } from "./min-length.ts";
import { minNewTokens } from "./min-new-tokens.ts";
import { minP } from "./min-p.ts";
import { noRepeatNgrams } from "./no-repeat-ngrams.ts";
import type { Context, Processor, Scores } from "./processor.ts";
import { repetitionPenalty } from "./repetition-penalty.ts";
import { sequenceBias } from "./sequence-bias.ts";
import { suppressTokens } from "./suppress-tokens.ts";
import { temperature } from "./temperature.ts";
import { topH } from "./top-h.ts";
import { topK } from "./top-k.ts";
import { topP } from "./top-p.ts";
import { typicalP } from "./typical-p.ts";

export type { Context, Processor, Scores } from "./processor.ts";
export { renormalizeLogits } from "./renormalize-logits.ts";

/** The text that processors are for. */
interface Text {
  /** The ids that end it. */
  readonly ends: readonly number[];
  readonly promptLength: number;
  /** The new ids it has at most. */
  readonly most: number;
}

/** What options make of scores before an id is chosen by them, in the order of transformers. */
export function processorsOf(options: DecodingOptions, text: Text): readonly Processor[] {
  const { ends, promptLength, most } = text;
  const { sequenceBias: biases = [], badWordsIds = [] } = options;
  const { repetitionPenalty: penalty = 1, noRepeatNgramSize: size = 0 } = options;
  const { minLength: least = 0, minNewTokens: leastNew = 0 } = options;
  const { forcedBosTokenId, forcedEosTokenId, exponentialDecayLengthPenalty: decay } = options;
  const { suppressTokens: never = [], beginSuppressTokens: notFirst = [] } = options;
  const forced = promptLength === 1 && forcedBosTokenId !== undefined ? 1 : 0;
  return [
    ...when(biases.length > 0, () => sequenceBias(biases)),
    ...when(penalty !== 1, () => repetitionPenalty(penalty)),
    ...when(size > 0, () => noRepeatNgrams(size)),
    ...when(badWordsIds.length > 0, () => badWords(badWordsIds, ends)),
    ...when(least > 0, () => minLength(least, ends)),
    ...when(leastNew > 0, () => minNewTokens(leastNew, ends)),
    ...when(forcedBosTokenId !== undefined, () => forcedAt(1, forcedBosTokenId!)),
    ...when(forcedEosTokenId !== undefined, () =>
      forcedAt(promptLength + most - 1, forcedEosTokenId!),
    ),
    ...when(decay !== undefined, () => exponentialDecay(decay!, ends)),
    ...when(never.length > 0, () => suppressTokens(never)),
    ...when(notFirst.length > 0, () => beginSuppressTokens(notFirst, forced)),
  ];
}

/**
 * What leaves few ids to draw from, in the order of transformers.
 *
 * @param least as many ids are left at least, but by `topH`
 */
export function filtersOf(filters: Filters, least: number): readonly Processor[] {
  const { temperature: heat, topH: h, topK: k, topP: p } = filters;
  const {
    minP: m = 0,
    typicalP: typical = 1,
    epsilonCutoff: epsilon = 0,
    etaCutoff: eta = 0,
  } = filters;
  return [
    ...when(heat !== 1, () => temperature(heat)),
    ...when(h !== undefined, () => topH(h!)),
    ...when(k > 0, () => topK(k, least)),
    ...when(p < 1, () => topP(p, least)),
    ...when(m > 0, () => minP(m, least)),
    ...when(typical < 1, () => typicalP(typical, least)),
    ...when(epsilon > 0, () => epsilonCutoff(epsilon, least)),
    ...when(eta > 0, () => etaCutoff(eta, least)),
  ];
}

/** The scores after all processors, one after the other. */
export function processed(
  processors: readonly Processor[],
  scores: Scores,
  context: Context,
): Scores {
  return processors.reduce((left, process) => process(left, context), scores);
}

function when(on: boolean, make: () => Processor): readonly Processor[] {
  return on ? [make()] : [];
}
