import type { GeneratedSequence } from "../../../generate/all.ts";
import { continuedText } from "../../../generate/continued-text.ts";
import type { Chosen } from "../../../generate/search/search.ts";
import type { Prompt } from "../../../generate/text.ts";
import type { Tokenizer } from "../../../tokenizer/index.ts";

/** What a model makes of a prompt. */
export interface Generated extends GeneratedText {
  /** What the choices followed from, where there was chance. */
  readonly seed?: number;
  /** All texts, this one included, where several were asked for. */
  readonly sequences?: readonly GeneratedText[];
}

/** One text. */
export interface GeneratedText {
  /** All ids, the prompt's included. */
  readonly ids: readonly number[];
  /** The same as text, up to what stopped it, where there is a tokenizer. */
  readonly text?: string;
  readonly ending: "eos" | "stop" | "length" | "interrupt";
  /** With beams: what they are ordered by. */
  readonly score?: number;
  /** Of each new id, where it was asked for. */
  readonly logprobs?: readonly IdProbability[];
}

/** An id with its log-probability. */
interface Probable {
  readonly id: number;
  readonly token?: string;
  readonly logprob: number;
}

interface IdProbability extends Probable {
  readonly likeliest: readonly Probable[];
}

interface Made {
  readonly prompt: Prompt;
  readonly tokenizer: Tokenizer | undefined;
  readonly stops: readonly string[];
}

/** What a command gives of one text. */
export function generatedText(sequence: GeneratedSequence, made: Made): GeneratedText {
  const { ids, chosen, ending, score } = sequence;
  const { prompt, tokenizer } = made;
  const told = chosen.filter(({ logProb }) => logProb !== undefined);
  return {
    ids: [...prompt.ids, ...ids],
    ...(tokenizer && { text: textOf(ids, made, tokenizer) }),
    ending: ending.reason === "length" && ending.enough ? "interrupt" : ending.reason,
    ...(score !== undefined && { score }),
    ...(told.length > 0 && { logprobs: told.map((one) => probabilityOf(one, tokenizer)) }),
  };
}

function textOf(
  ids: readonly number[],
  { prompt: { ids: before, hidden }, stops }: Made,
  tokenizer: Tokenizer,
): string {
  const decoder = tokenizer.decoder();
  const begin = before.slice(hidden).map((id) => decoder.push(id));
  const text = continuedText(decoder, stops);
  return [...begin, ...ids.map((id) => text.push(id)), text.end()].join("");
}

function probabilityOf(
  { id, logProb, likeliest }: Chosen,
  tokenizer: Tokenizer | undefined,
): IdProbability {
  const probable = (one: number, logprob: number): Probable => ({
    id: one,
    ...(tokenizer && { token: tokenizer.decode([one]) }),
    logprob,
  });
  return {
    ...probable(id, logProb!),
    likeliest: likeliest!.map(([one, logprob]) => probable(one, logprob)),
  };
}
