import { MtfError } from "mtf";
import { checkGenerateNames } from "../generate/options/checked.ts";
import { stopsOf } from "../generate/options/sampling-of.ts";
import type { GenerateSettings } from "../generate/options/settings.ts";
import { promptIds, tokenizerOf } from "../generate/text.ts";
import type { LoadedModel } from "../loaded-model.ts";
import { type Tokenizer, withSpecial } from "../tokenizer/index.ts";
import { greedyUnlessAsked } from "./chance.ts";
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

interface Prompt {
  readonly text: string;
  readonly ids: readonly number[];
}

/**
 * Reads what a call is given.
 *
 * @throws MtfError `bad-argument` for prompts that are no texts, an option that there is none of, or a
 * model without a tokenizer
 */
export function jobOf(
  model: LoadedModel,
  given: string | readonly string[],
  { special, returnFullText, settings }: PipelineCall,
): Job {
  checkGenerateNames(settings);
  const texts = typeof given === "string" ? [given] : given;
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string")) {
    throw new MtfError("bad-argument", "pipeline: a prompt is a text, or a list of texts.", {
      try: ["the messages of a chat, written out as the model was taught to read them"],
    });
  }
  const tokenizer = tokenizerOf(model);
  const reading = special ? withSpecial(tokenizer) : tokenizer;
  return {
    model,
    tokenizer,
    prompts: texts.map((text) => ({ text, ids: promptIds(reading, text) })),
    settings: greedyUnlessAsked(settings, model),
    stops: stopsOf(model, settings),
    returnFullText,
  };
}
