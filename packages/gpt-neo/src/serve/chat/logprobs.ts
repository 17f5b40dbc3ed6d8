import type { Tokenizer } from "../../tokenizer/index.ts";
import type { Token } from "../writer.ts";

/** A token and how likely it is, as `/v1/chat/completions` tells it. */
interface Probable {
  readonly token: string;
  readonly logprob: number;
  /** Of its text; null where it is a part of a character. */
  readonly bytes: readonly number[] | null;
}

export interface ChatLogprobs {
  readonly content: readonly (Probable & { readonly top_logprobs: readonly Probable[] })[];
  readonly refusal: null;
}

export function chatLogprobs(tokens: readonly Token[], tokenizer: Tokenizer): ChatLogprobs {
  const probable = (id: number, logprob: number): Probable => {
    const token = tokenizer.decode([id]);
    return { token, logprob, bytes: token.includes("\ufffd") ? null : [...Buffer.from(token)] };
  };
  const content = tokens.map(({ chosen: { id, logProb, likeliest } }) => ({
    ...probable(id, logProb!),
    top_logprobs: likeliest!.map(([one, logprob]) => probable(one, logprob)),
  }));
  return { content, refusal: null };
}
