import { MtfError } from "mtf";
import type { LoadedModel } from "../loaded-model.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { wrongOption } from "../wrong-option.ts";
import { type GenerateSettings, generate } from "./generate.ts";

/**
 * What a model continues a text with, in pieces of whole characters as they come.
 *
 * @throws MtfError `bad-argument` for a model without a tokenizer; as `generate`
 * @example
 * for await (const piece of generateText(model, "Call me")) process.stdout.write(piece);
 */
export async function* generateText(
  model: LoadedModel,
  prompt: string,
  settings: GenerateSettings = {},
): AsyncGenerator<string> {
  if (typeof prompt !== "string") throw wrongOption("generateText", "the prompt", prompt, "text");
  const tokenizer = tokenizerOf(model);
  const decoder = tokenizer.decoder();
  for await (const id of generate(model, promptIds(tokenizer, prompt), settings)) {
    const piece = decoder.push(id);
    if (piece !== "") yield piece;
  }
  const rest = decoder.end();
  if (rest !== "") yield rest;
}

/**
 * The ids of a text that is to go on: what a tokenizer puts behind every text is left out, and what
 * has no ids begins a text.
 */
export function promptIds(tokenizer: Tokenizer, text: string): readonly number[] {
  const ids = tokenizer.encode(text);
  const begun = ids.subarray(0, ids.length - (tokenizer.around?.after.length ?? 0));
  return begun.length > 0 ? [...begun] : [tokenizer.endOfText];
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
