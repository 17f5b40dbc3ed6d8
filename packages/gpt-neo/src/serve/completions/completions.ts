import { randomUUID } from "node:crypto";
import type { Answer, Endpoint } from "../endpoint.ts";
import { checked } from "../fields.ts";
import { checkModel } from "../model-name.ts";
import { streamedAs } from "../stream-fields.ts";
import { likeliest } from "../whole-texts.ts";
import type { Written } from "../writer.ts";
import { completionBody } from "./body.ts";
import { logprobsOf } from "./logprobs.ts";
import { promptsOf } from "./prompts.ts";

/** `/v1/completions`: texts that go on. */
export const completions: Endpoint = (written, model): Answer => {
  const body = checked(completionBody, written);
  checkModel(body.model, model);
  const { n = 1 } = body;
  const streamed = streamedAs(body);
  const prompts = promptsOf(body, model.tokenizer);
  const base = {
    id: `cmpl-${randomUUID()}`,
    object: "text_completion",
    created: Math.floor(Date.now() / 1000),
    model: model.name,
  };
  const choice = (index: number, { text, tokens }: Written, finish: string | undefined) => ({
    text,
    index,
    logprobs: body.logprobs === undefined ? null : logprobsOf(tokens, model.tokenizer),
    finish_reason: finish ?? null,
  });
  return {
    prompts,
    ...streamed,
    whole: (texts, usage) => {
      const best = likeliest(texts, prompts.count.count, n);
      const choices = best.map((text, index) => choice(index, text, text.finish));
      return { ...base, choices, usage };
    },
    begin: [],
    chunk: (piece) => ({
      ...base,
      choices: [choice(piece.index, piece, piece.finish)],
      ...(streamed.streamUsage && { usage: null }),
    }),
    usage: (usage) => ({ ...base, choices: [], usage }),
  };
};
