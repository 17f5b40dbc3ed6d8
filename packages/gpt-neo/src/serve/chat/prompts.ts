import { idsOfChat } from "../../chat/ids-of.ts";
import type { ChatTemplate } from "../../chat/template.ts";
import type { Tokenizer } from "../../tokenizer/index.ts";
import type { Prompts } from "../prompt-job.ts";
import { RequestError, wrongField } from "../request-error.ts";
import type { ChatBody } from "./body.ts";

/**
 * The prompt that a chat is.
 *
 * @throws RequestError 400 for fields that exclude each other, a model without a template, or messages
 * that the template refuses
 */
export function chatPrompts(
  body: ChatBody,
  tokenizer: Tokenizer,
  template: ChatTemplate | undefined,
): Prompts {
  const { n = 1, logprobs = false, top_logprobs, max_tokens, max_completion_tokens } = body;
  if (top_logprobs !== undefined && !logprobs) throw wrongField("top_logprobs", "needs 'logprobs'");
  if (max_tokens !== undefined && max_completion_tokens !== undefined) {
    throw wrongField("max_tokens", "is the older name of 'max_completion_tokens', which is there");
  }
  const count = max_completion_tokens ?? max_tokens;
  const field = max_tokens === undefined ? "max_completion_tokens" : "max_tokens";
  return {
    body,
    prompts: [{ ids: idsOfChat(rendered(body, template), tokenizer), hidden: 0 }],
    field: "messages",
    most: count === undefined ? undefined : { field, count },
    count: { field: "n", count: n },
    logprobs: logprobs ? (top_logprobs ?? 0) : undefined,
    echo: false,
  };
}

function rendered({ messages }: ChatBody, template: ChatTemplate | undefined): string {
  if (!template) {
    const message = "the model has no chat template: /v1/completions continues texts.";
    throw new RequestError(message, { status: 400, param: "messages", code: "no_chat_template" });
  }
  const texts = messages.map(({ content, ...rest }) => {
    const parts = typeof content === "string" ? [{ text: content }] : content;
    return { ...rest, content: parts.map(({ text }) => text).join("") };
  });
  try {
    return template(texts);
  } catch (error) {
    throw wrongField("messages", `are refused by the chat template: ${(error as Error).message}`);
  }
}
