import { MtfError } from "mtf";
import { checkGenerateNames } from "../generate/options/checked.ts";
import { stopsOf } from "../generate/options/sampling-of.ts";
import type { GenerateSettings } from "../generate/options/settings.ts";
import { promptIds, tokenizerOf } from "../generate/text.ts";
import type { LoadedModel } from "../loaded-model.ts";
import { type Tokenizer, withSpecial } from "../tokenizer/index.ts";
import { greedyUnlessAsked } from "./chance.ts";
import { type Chat, chatWriter, isChat } from "./chat.ts";
import type { PipelineCall } from "./options.ts";

/** What a call of a pipeline comes to. */
export interface Job {
  readonly model: LoadedModel;
  readonly tokenizer: Tokenizer;
  readonly prompts: readonly Prompt[];
  readonly settings: GenerateSettings;
  /** The texts that end a text. */
  readonly stops: readonly string[];
  readonly returnFullText: boolean | undefined;
}

/** One prompt or several: texts, or chats. */
export type Prompts = string | readonly string[] | Chat | readonly Chat[];

/** Whether it is one prompt, and not a list of them. */
export function isOne(given: Prompts): given is string | Chat {
  return typeof given === "string" || isChat(given);
}

interface Prompt {
  readonly text: string;
  readonly ids: readonly number[];
  /** The messages that the text is made of, where it is a chat. */
  readonly chat?: Chat;
}

/**
 * Reads what a call is given.
 *
 * @throws MtfError `bad-argument` for prompts that are neither texts nor chats, an option that there is
 * none of, a model without a tokenizer, or a chat for one without a template
 */
export async function jobOf(
  model: LoadedModel,
  given: Prompts,
  { special, returnFullText, settings }: PipelineCall,
): Promise<Job> {
  checkGenerateNames(settings);
  const tokenizer = tokenizerOf(model);
  return {
    model,
    tokenizer,
    prompts: await promptsOf(model, given, special ? withSpecial(tokenizer) : tokenizer),
    settings: greedyUnlessAsked(settings, model),
    stops: stopsOf(model, settings),
    returnFullText,
  };
}

async function promptsOf(
  model: LoadedModel,
  given: Prompts,
  reading: Tokenizer,
): Promise<readonly Prompt[]> {
  const all: readonly unknown[] = isOne(given) ? [given] : given;
  if (Array.isArray(all) && all.every((text) => typeof text === "string")) {
    return all.map((text) => ({ text, ids: promptIds(reading, text) }));
  }
  if (!Array.isArray(all) || !all.every(isChat)) {
    const told = "pipeline: a prompt is a text or a chat, or a list of one of both.";
    throw new MtfError("bad-argument", told, {
      try: ['"Call me"', '[{ role: "user", content: "Call me" }]'],
    });
  }
  const write = await chatWriter(model);
  return all.map((chat) => ({ ...write(chat), chat }));
}
