import type { Draft } from "../draft/draft.ts";
import type { Sampling } from "../sample.ts";
import type { DecodingOptions } from "./decoding.ts";

/** What a text is made with. */
export interface GenerateSettings extends DecodingOptions {
  /** How each id is chosen, in one value: in place of `doSample`, `temperature` and the filters. */
  readonly sampling?: Sampling | undefined;
  /** What random choices follow from. Default 0. */
  readonly seed?: number | undefined;
  /** The same as `eosTokenId`. */
  readonly endOfText?: number | readonly number[] | undefined;
  /**
   * Whether a text goes on beyond what the model sees at once, by leaving out its beginning; else it ends
   * there. Default true.
   */
  readonly slide?: boolean | undefined;
  /**
   * A smaller model of the same tokens, which guesses several ids ahead: the model looks at them at once,
   * and makes the same text in fewer passes. Not for beams.
   */
  readonly draft?: Draft | undefined;
  /** How many ids it guesses at most: 1 to 63. Default 3. */
  readonly draftTokens?: number | undefined;
  /** Ends the text by its reason, thrown before the next id. */
  readonly signal?: AbortSignal | undefined;
  /** Ends all texts before the next id as they are, beams with the best by then. */
  readonly enough?: AbortSignal | undefined;
}

/** What is told of each id that is chosen. */
export interface ToldSettings {
  /** Its log-probability, and the ids that are as many likeliest ones with theirs. */
  readonly logprobs?: number | undefined;
  /** The scores that it was chosen by. Default false. */
  readonly outputScores?: boolean | undefined;
  /** The model's logits. Default false. */
  readonly outputLogits?: boolean | undefined;
}

/** What texts are made with, and what is told of them. */
export interface GenerateAllSettings extends GenerateSettings, ToldSettings {}

/** What a text is made of another with. */
export interface GenerateTextSettings extends GenerateSettings {
  /** Whether special tokens that are written out in the prompt become themselves. Default false. */
  readonly special?: boolean | undefined;
}
