import { MtfError } from "mtf";
import type { LoadedModel } from "../loaded-model.ts";
import { type Tokenizer, withSpecial } from "../tokenizer/index.ts";
import { wrongOption } from "../wrong-option.ts";
import { continuedText } from "./continued-text.ts";
import { generate } from "./generate.ts";
import { checkTextNames } from "./options/checked.ts";
import { stopsOf } from "./options/sampling-of.ts";
import type { GenerateTextSettings } from "./options/settings.ts";

/**
 * What a model continues a text with, in pieces of whole characters as they come. One of the
 * `stopStrings` that ends it is left out.
 *
 * @throws MtfError `bad-argument` for a model without a tokenizer; as `generate`
 * @example
 * for await (const piece of generateText(model, "Call me")) process.stdout.write(piece);
 */
export async function* generateText(
  model: LoadedModel,
  prompt: string,
  given: GenerateTextSettings = {},
): AsyncGenerator<string> {
  if (typeof prompt !== "string") throw wrongOption("generateText", "the prompt", prompt, "text");
  checkTextNames(given);
  const { special = false, ...settings } = given;
  const tokenizer = tokenizerOf(model);
  const text = continuedText(tokenizer.decoder(), stopsOf(model, settings));
  const ids = promptIds(special ? withSpecial(tokenizer) : tokenizer, prompt);
  for await (const id of generate(model, ids, settings)) {
    const piece = text.push(id);
    if (piece !== "") yield piece;
  }
  const rest = text.end();
  if (rest !== "") yield rest;
}

/** Ids that are to go on. */
export interface Prompt {
  readonly ids: readonly number[];
  /** How many of them, at the beginning, are no part of the text that is to go on. */
  readonly hidden: number;
}

/**
 * A text that is to go on: what a tokenizer puts behind every text is left out, and what has no ids begins
 * a text. What begins it, and what a tokenizer puts before every text, nobody has written.
 */
export function promptOf(tokenizer: Tokenizer, text: string): Prompt {
  const ids = tokenizer.encode(text);
  const { before, after } = tokenizer.around ?? { before: [], after: [] };
  const begun = [...ids.subarray(0, ids.length - after.length)];
  if (begun.length > 0) return { ids: begun, hidden: before.length };
  return { ids: [tokenizer.endOfText], hidden: 1 };
}

/** The ids of `promptOf`. */
export function promptIds(tokenizer: Tokenizer, text: string): readonly number[] {
  return promptOf(tokenizer, text).ids;
}

/** @throws MtfError `bad-argument` if a model has none */
export function tokenizerOf({ tokenizer }: LoadedModel): Tokenizer {
  if (tokenizer) return tokenizer;
  throw new MtfError("bad-argument", "the model's folder has no tokenizer.", {
    try: [
      'loadModel(folder, { tokenizer: "gpt2" })',
      "generate(model, ids) for ids instead of text",
    ],
  });
}
