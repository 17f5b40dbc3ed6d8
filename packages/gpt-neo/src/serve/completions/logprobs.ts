import type { Tokenizer } from "../../tokenizer/index.ts";
import type { Token } from "../writer.ts";

/** How likely the ids of a text are, as `/v1/completions` tells it. */
export interface Logprobs {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly (number | null)[];
  readonly top_logprobs: readonly (Readonly<Record<string, number>> | null)[];
  readonly text_offset: readonly number[];
}

export function logprobsOf(tokens: readonly Token[], tokenizer: Tokenizer): Logprobs {
  return {
    tokens: tokens.map(({ chosen }) => tokenizer.decode([chosen.id])),
    token_logprobs: tokens.map(({ chosen }) => chosen.logProb ?? null),
    top_logprobs: tokens.map(({ chosen }) => {
      if (!chosen.likeliest) return null;
      // Of ids with one text, the likeliest is told.
      const texts = chosen.likeliest.toReversed();
      return Object.fromEntries(texts.map(([id, logProb]) => [tokenizer.decode([id]), logProb]));
    }),
    text_offset: tokens.map(({ offset }) => offset),
  };
}
