import type { DecodingOptions } from "../options/decoding.ts";
import { badWords } from "./bad-words.ts";
import { beginSuppressTokens } from "./begin-suppress-tokens.ts";
import { exponentialDecay } from "./exponential-decay.ts";
import { forcedAt } from "./forced.ts";
import { minLength } from "./min-length.ts";
import { minNewTokens } from "./min-new-tokens.ts";
import { noRepeatNgrams } from "./no-repeat-ngrams.ts";
import type { Context, Processor, Scores } from "./processor.ts";
import { repetitionPenalty } from "./repetition-penalty.ts";
import { sequenceBias } from "./sequence-bias.ts";
import { suppressTokens } from "./suppress-tokens.ts";
import { when } from "./when.ts";

export { type Filters, filtersOf } from "./filters.ts";
export type { Changes, Context, Processor, Scores } from "./processor.ts";
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

/** The scores after all processors, one after the other. */
export function processed(
  processors: readonly Processor[],
  scores: Scores,
  context: Context,
): Scores {
  return processors.reduce((left, process) => process(left, context), scores);
}
