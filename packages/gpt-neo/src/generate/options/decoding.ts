import type { SequenceBias } from "../processors/sequence-bias.ts";

/**
 * How texts are made, by the names that Hugging Face's transformers has for it. What is left out is as
 * the model's `generation_config.json` says, or off. They are applied in its order: that of this list.
 */
export interface DecodingOptions {
  /** New ids at most. Default 100. */
  readonly maxNewTokens?: number | undefined;
  /** The ids that end the text when they are chosen; by default those of the model. */
  readonly eosTokenId?: number | readonly number[] | undefined;
  /** Texts that end the text where they have been written, across ids. They need a tokenizer. */
  readonly stopStrings?: string | readonly string[] | undefined;

  /** Sequences of ids, and what is added to the score of the last where the others are before it. */
  readonly sequenceBias?: readonly SequenceBias[] | undefined;
  /** Divides the score of every id that is in the text, or multiplies it where it is below 0. */
  readonly repetitionPenalty?: number | undefined;
  /** No such number of ids in a row comes twice; 0 for off. */
  readonly noRepeatNgramSize?: number | undefined;
  /** Sequences of ids that are never completed. */
  readonly badWordsIds?: readonly (readonly number[])[] | undefined;
  /** The text does not end before it has so many ids, the prompt's included. */
  readonly minLength?: number | undefined;
  /** The text does not end before it has so many new ids. */
  readonly minNewTokens?: number | undefined;
  /** The id behind a prompt of one id. */
  readonly forcedBosTokenId?: number | undefined;
  /** The last id of a text that is as long as it may be. */
  readonly forcedEosTokenId?: number | undefined;
  /** From the first number of new ids on, the end's score is raised by the second to the power of each id more. */
  readonly exponentialDecayLengthPenalty?: readonly [start: number, factor: number] | undefined;
  /** Ids that are never chosen. */
  readonly suppressTokens?: readonly number[] | undefined;
  /** Ids that are not chosen first. */
  readonly beginSuppressTokens?: readonly number[] | undefined;

  /** Whether ids are drawn; else the likeliest is taken. Default true, or false with several beams. */
  readonly doSample?: boolean | undefined;
  /** Divides the scores: above 1 more varied, below 1 less, 0 as without `doSample`. Default 1. */
  readonly temperature?: number | undefined;
  /** Draws from the likeliest that have this share of the entropy. Default off. */
  readonly topH?: number | undefined;
  /** Draws from the k likeliest ids; 0, the default, for all. */
  readonly topK?: number | undefined;
  /** Draws from the likeliest ids that together have this probability. Default 1, for all. */
  readonly topP?: number | undefined;
  /** Draws from ids at least so many times as probable as the likeliest; 0, the default, for all. */
  readonly minP?: number | undefined;
  /** Draws from the ids nearest to the expected surprise that have this probability. Default 1, for all. */
  readonly typicalP?: number | undefined;
  /** Draws from ids of at least this probability; 0, the default, for all. */
  readonly epsilonCutoff?: number | undefined;
  /** As `epsilonCutoff`, but lower where many ids are likely; 0, the default, for all. */
  readonly etaCutoff?: number | undefined;
  /** Draws from the α-entmax of scores, in which unlikely ids have no probability; 1, the default, is the softmax. */
  readonly entmaxAlpha?: number | undefined;
  /** Makes log-probabilities of the scores after all of this. Default false. */
  readonly renormalizeLogits?: boolean | undefined;

  /** How many texts are made of a prompt. Default 1; with beams, at most as many. */
  readonly numReturnSequences?: number | undefined;
  /** How many texts are followed at once to find the likeliest. Default 1. */
  readonly numBeams?: number | undefined;
  /** A text's score is divided by its length to this power: above 0 favours long ones. Default 1. */
  readonly lengthPenalty?: number | undefined;
  /** Whether beams end as soon as there are enough texts; "never" goes on while any could be better. Default false. */
  readonly earlyStopping?: boolean | "never" | undefined;
}
