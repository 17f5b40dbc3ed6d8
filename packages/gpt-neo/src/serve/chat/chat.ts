import { randomUUID } from "node:crypto";
import type { Answer, Endpoint } from "../endpoint.ts";
import { checked } from "../fields.ts";
import { checkModel } from "../model-name.ts";
import { streamedAs } from "../stream-fields.ts";
import type { Written } from "../writer.ts";
import { chatBody } from "./body.ts";
import { chatLogprobs } from "./logprobs.ts";
import { chatPrompts } from "./prompts.ts";

/** `/v1/chat/completions`: what comes next in a chat. */
export const chat: Endpoint = (written, model): Answer => {
  const body = checked(chatBody, written);
  checkModel(body.model, model);
  const streamed = streamedAs(body);
  const prompts = chatPrompts(body, model.tokenizer, model.chatTemplate);
  const base = {
    id: `chatcmpl-${randomUUID()}`,
    object: streamed.stream ? "chat.completion.chunk" : "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: model.name,
  };
  const logprobs = ({ tokens }: Written) =>
    body.logprobs ? chatLogprobs(tokens, model.tokenizer) : null;
  const chunk = (choice: object) => ({
    ...base,
    choices: [choice],
    ...(streamed.streamUsage && { usage: null }),
  });
  const role = "assistant";
  return {
    prompts,
    ...streamed,
    whole: (texts, usage) => {
      const choices = texts.map((text, index) => ({
        index,
        message: { role, content: text.text, refusal: null },
        logprobs: logprobs(text),
        finish_reason: text.finish,
      }));
      return { ...base, choices, usage };
    },
    begin: Array.from({ length: body.n ?? 1 }, (_, index) => {
      const delta = { role, content: "" };
      return chunk({ index, delta, logprobs: null, finish_reason: null });
    }),
    chunk: (piece) => {
      const delta = { content: piece.text };
      const finish_reason = piece.finish ?? null;
      return chunk({ index: piece.index, delta, logprobs: logprobs(piece), finish_reason });
    },
    usage: (usage) => ({ ...base, choices: [], usage }),
  };
};
