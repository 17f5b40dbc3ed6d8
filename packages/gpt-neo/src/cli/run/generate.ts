import { randomInt } from "node:crypto";
import { MtfError } from "mtf";
import { meshFor } from "../../fit/index.ts";
import { collected } from "../../generate/all.ts";
import { generateEach } from "../../generate/each.ts";
import { longest } from "../../generate/extend.ts";
import { merged, samplingOf, stopsIn } from "../../generate/options/sampling-of.ts";
import { promptText } from "../../generate/prompt-text.ts";
import type { FoundBy } from "../../generate/search/together.ts";
import { promptIds } from "../../generate/text.ts";
import { type LoadedModel, loadModel } from "../../loaded-model.ts";
import type { Progress } from "../../progress.ts";
import { some } from "../../some.ts";
import { teamOf } from "../../team.ts";
import { withSpecial } from "../../tokenizer/index.ts";
import { asTyped } from "../as-typed.ts";
import { decodingOf } from "../decoding-options.ts";
import type { GenerateOptions } from "../generate-options.ts";
import { progressLine } from "../progress.ts";
import { type Generated, generatedText } from "./generated.ts";
import { generationNotes } from "./generation-notes.ts";
import { modelOptions } from "./model-options.ts";
import { printGenerated } from "./print-generated.ts";

/**
 * Continues a text as the command line says: all of it as one object, or as people read it.
 *
 * @example
 * const { text } = await run({ model: "runs/tuned", prompt: "Call me", topK: 40 });
 */
export async function run(
  options: GenerateOptions,
): Promise<Generated | { readonly text: string }> {
  const { share } = teamOf(options);
  const text = await share(() => promptText(options));
  const mesh = meshFor(options, { devices: 1, rows: () => 1, build: longest });
  const model = await loadModel(options.model, modelOptions(options), mesh);
  const progress = progressLine();
  try {
    for (const line of model.notes) progress.note(asTyped(line));
    const generated = await generate(model, text, options, progress);
    return options.json ? generated : { text: printGenerated(generated) };
  } finally {
    progress.end();
    await model.close();
  }
}

async function generate(
  model: LoadedModel,
  text: string,
  options: GenerateOptions,
  progress: Progress,
): Promise<Generated> {
  const { tokenizer, generation } = model;
  const given = decodingOf(options);
  for (const line of generationNotes(model, given)) progress.note(line);
  const drawn = samplingOf(given, generation?.options).kind === "random";
  const seed = options.seed ?? (await teamOf(options).share(() => randomInt(2 ** 31)));
  const notes = drawn && options.seed === undefined ? [`seed ${seed}`] : [];
  const prompt = promptOf(text, options, model);
  const all = merged(generation?.options ?? {}, given);
  const settings = { ...given, seed, logprobs: options.logprobs };
  const each = generateEach(model, [prompt], settings);
  const [sequences] = await collected(shown(each, all.maxNewTokens ?? 100, progress, notes), 1);
  const texts = sequences!.map((sequence) =>
    generatedText(sequence, {
      prompt,
      // What a tokenizer puts before every text is no part of it.
      hidden: options.inputIds ? 0 : (tokenizer?.around?.before.length ?? 0),
      tokenizer,
      stops: stopsIn(all),
    }),
  );
  return { ...texts[0]!, ...(drawn && { seed }), ...(texts.length > 1 && { sequences: texts }) };
}

/** What is found, shown as it goes on; before it is what there is to say once it does. */
async function* shown(
  each: AsyncIterable<FoundBy>,
  most: number,
  progress: Progress,
  notes: readonly string[],
): AsyncGenerator<FoundBy> {
  const made = new Map<number, number>();
  for await (const found of each) {
    if (made.size === 0) for (const line of notes) progress.note(line);
    const count = (made.get(found.sequence) ?? 0) + 1;
    made.set(found.sequence, count);
    if (found.kind === "id") progress.update(`${count} of at most ${some(most, "token")}`);
    yield found;
  }
}

function promptOf(
  text: string,
  { inputIds, special }: GenerateOptions,
  { tokenizer }: LoadedModel,
): readonly number[] {
  if (inputIds) return inputIds;
  if (!tokenizer) {
    throw new MtfError("bad-argument", "the model's folder has no tokenizer.", {
      try: ["--tokenizer gpt2|bytes|FILE|DIR", "--input-ids 1,2,3"],
    });
  }
  return promptIds(special ? withSpecial(tokenizer) : tokenizer, text);
}
