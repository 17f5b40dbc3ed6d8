import { MtfError } from "mtf";
import type { GenerateOptions } from "../cli/generate-options.ts";
import { progressLine } from "../cli/progress.ts";
import { contextNote, type LoadedModel, loadModel } from "../loaded-model.ts";
import { meshOf } from "../session.ts";
import { generate } from "./generate.ts";
import type { Sampling } from "./sample.ts";

/** What a model makes of a prompt: all ids, and their text where there is a tokenizer. */
export interface Generated {
  readonly ids: readonly number[];
  readonly text?: string;
}

/** Continues a text as the command line says. */
export async function run(options: GenerateOptions): Promise<Generated> {
  const mesh = meshOf(options, 1);
  const model = await loadModel(options.model, options, mesh, 1);
  const progress = progressLine();
  const note = contextNote(model, options);
  if (note !== undefined) progress.note(note);
  try {
    for (const text of model.notes) progress.note(text);
    const { config, tokenizer } = model;
    const prompt = promptOf(options, model);
    const most = options.maxNewTokens ?? 100;
    const ids = [...prompt];
    const settings = {
      maxNewTokens: most,
      sampling: samplingOf(options),
      seed: options.seed ?? 0,
      endOfText: config.eos_token_id,
    };
    for await (const id of generate(model, prompt, settings)) {
      ids.push(id);
      progress.update(`${ids.length - prompt.length} of at most ${most} tokens`);
    }
    // What a tokenizer puts before every text is no part of it.
    const begin = options.inputIds ? 0 : (tokenizer?.around?.before.length ?? 0);
    return { ids, ...(tokenizer && { text: tokenizer.decode(ids.slice(begin)) }) };
  } finally {
    progress.end();
    await model.close();
  }
}

function promptOf(
  { prompt, inputIds }: GenerateOptions,
  { tokenizer }: LoadedModel,
): readonly number[] {
  if (inputIds) return inputIds;
  if (!tokenizer) {
    throw new MtfError("bad-argument", "the model's folder has no tokenizer.", {
      try: ["--tokenizer gpt2|bytes|FILE|DIR", "--input-ids 1,2,3"],
    });
  }
  const ids = tokenizer.encode(prompt ?? "");
  // A prompt goes on, so what would end it is left out.
  const begun = ids.subarray(0, ids.length - (tokenizer.around?.after.length ?? 0));
  return begun.length > 0 ? [...begun] : [tokenizer.endOfText];
}

function samplingOf(options: GenerateOptions): Sampling {
  if (options.greedy || options.temperature === 0) return { kind: "greedy" };
  return {
    kind: "random",
    temperature: options.temperature ?? 1,
    topK: options.topK ?? 0,
    topP: options.topP ?? 1,
  };
}
