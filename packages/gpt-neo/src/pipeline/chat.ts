import { MtfError } from "mtf";
import { idsOfChat } from "../chat/ids-of.ts";
import { readChatTemplate } from "../chat/template.ts";
import { tokenizerOf } from "../generate/text.ts";
import { isObject } from "../json.ts";
import type { LoadedModel } from "../loaded-model.ts";

/** A message of a chat, as transformers.js has them. */
export interface ChatMessage {
  /** Who says it: "system", "user" or "assistant", or whom else the model's template knows. */
  readonly role: string;
  readonly content: string;
}

/** What is said in a chat, in order. */
export type Chat = readonly ChatMessage[];

export function isChat(given: unknown): given is Chat {
  return Array.isArray(given) && given.length > 0 && given.every(isMessage);
}

function isMessage(value: unknown): value is ChatMessage {
  return isObject(value) && typeof value.role === "string" && typeof value.content === "string";
}

/** Chats as the prompts that they are, up to where the answer begins. */
export type WriteChat = (chat: Chat) => { readonly text: string; readonly ids: readonly number[] };

/**
 * Reads how a model was taught to read chats: the template of its folder, which writes all special tokens
 * itself.
 *
 * @throws MtfError `bad-argument` where there is none; `WriteChat` for messages that the template refuses
 */
export async function chatWriter(model: LoadedModel): Promise<WriteChat> {
  const tokenizer = tokenizerOf(model);
  const template = model.home === undefined ? undefined : await readChatTemplate(model.home);
  if (!template) {
    throw new MtfError("bad-argument", "pipeline: the model has no chat template.", {
      evidence: [["looked for", "chat_template.jinja, chat_template in tokenizer_config.json"]],
      try: ["a text, written as the model was taught to read chats"],
    });
  }
  return (chat) => {
    const text = rendered(() => template(chat));
    return { text, ids: idsOfChat(text, tokenizer) };
  };
}

function rendered(render: () => string): string {
  try {
    return render();
  } catch (error) {
    const reason = (error as Error).message;
    throw new MtfError(
      "bad-argument",
      `pipeline: the chat template refuses the messages: ${reason}`,
    );
  }
}
