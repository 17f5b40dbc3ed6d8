import { MtfError } from "mtf";
import { meshFor } from "../../fit/index.ts";
import { generate } from "../../generate/generate.ts";
import { type GenerationConfig, readGenerationConfig } from "../../generate/generation-config.ts";
import { choosing } from "../../generate/next-token.ts";
import { promptText } from "../../generate/prompt-text.ts";
import type { Sampling } from "../../generate/sample.ts";
import { promptIds } from "../../generate/text.ts";
import { type LoadedModel, loadModel } from "../../loaded-model.ts";
import { some } from "../../some.ts";
import type { GenerateOptions } from "../generate-options.ts";
import { progressLine } from "../progress.ts";
import { modelOptions } from "./model-options.ts";

/** What a model makes of a prompt: all ids, and their text where there is a tokenizer. */
export interface Generated {
  readonly ids: readonly number[];
  readonly text?: string;
}

/**
 * Continues a text as the command line says.
 *
 * @example
 * const { text } = await run({ model: "runs/tuned", prompt: "Call me", topK: 40 });
 */
export async function run(options: GenerateOptions): Promise<Generated> {
  const text = await promptText(options);
  const mesh = meshFor(options, { devices: 1, rows: () => 1, build: choosing });
  const model = await loadModel(options.model, modelOptions(options), mesh);
  const progress = progressLine();
  try {
    for (const line of model.notes) progress.note(line);
    const { tokenizer } = model;
    const own = await readGenerationConfig(options.model);
    for (const line of notesOn(own, options, model)) progress.note(line);
    const prompt = promptOf(text, options, model);
    const most = options.maxNewTokens ?? own?.maxNewTokens ?? 100;
    const ids = [...prompt];
    const settings = {
      maxNewTokens: most,
      sampling: samplingOf(options, own),
      seed: options.seed,
      endOfText: own?.ends ?? model.ends,
    };
    for await (const id of generate(model, prompt, settings)) {
      ids.push(id);
      progress.update(`${ids.length - prompt.length} of at most ${some(most, "token")}`);
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
  text: string,
  { inputIds }: GenerateOptions,
  { tokenizer }: LoadedModel,
): readonly number[] {
  if (inputIds) return inputIds;
  if (!tokenizer) {
    throw new MtfError("bad-argument", "the model's folder has no tokenizer.", {
      try: ["--tokenizer gpt2|bytes|FILE|DIR", "--input-ids 1,2,3"],
    });
  }
  return promptIds(tokenizer, text);
}

function samplingOf(options: GenerateOptions, own: GenerationConfig | undefined): Sampling {
  const { temperature, topK, topP } = options;
  const asked = [temperature, topK, topP].some((value) => value !== undefined);
  const heat = temperature ?? own?.temperature ?? 1;
  if (options.greedy || heat === 0 || (!asked && own?.doSample === false))
    return { kind: "greedy" };
  return {
    kind: "random",
    temperature: heat,
    topK: topK ?? own?.topK ?? 0,
    topP: topP ?? own?.topP ?? 1,
  };
}

/** What of a folder's `generation_config.json` is used where the command line says nothing. */
function notesOn(
  own: GenerationConfig | undefined,
  options: GenerateOptions,
  { ends }: LoadedModel,
): readonly string[] {
  if (!own) return [];
  const { temperature, topK, topP, doSample, maxNewTokens } = own;
  const greedy = samplingOf(options, own).kind === "greedy";
  const asked = [options.temperature, options.topK, options.topP].some((x) => x !== undefined);
  const used: readonly (readonly [name: string, value: unknown, isUsed: boolean])[] = [
    ["do_sample", doSample, !options.greedy && !asked && doSample === false],
    ["temperature", temperature, !greedy && options.temperature === undefined],
    ["top_k", topK, !greedy && options.topK === undefined],
    ["top_p", topP, !greedy && options.topP === undefined],
    ["max_new_tokens", maxNewTokens, options.maxNewTokens === undefined],
    ["eos_token_id", own.ends?.join("+"), own.ends?.join() !== ends.join()],
  ];
  const told = used
    .filter(([, value, isUsed]) => value !== undefined && isUsed)
    .map(([name, value]) => `${name} ${value}`);
  return [
    ...(told.length > 0 ? [`generation_config.json: ${told.join(", ")}`] : []),
    ...(own.unused.length > 0
      ? [`generation_config.json: not known here: ${own.unused.join(", ")}`]
      : []),
  ];
}
