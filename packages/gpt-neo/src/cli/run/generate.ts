import { meshFor } from "../../fit/index.ts";
import { longest } from "../../generate/extend.ts";
import { loadModel } from "../../loaded-model.ts";
import { asTyped } from "../as-typed.ts";
import type { GenerateOptions } from "../generate-options.ts";
import { progressLine } from "../progress.ts";
import { askedFor } from "./generate/asked.ts";
import { converse } from "./generate/converse.ts";
import { draftConfig, draftOf } from "./generate/draft-of.ts";
import type { Generated } from "./generate/generated.ts";
import { interruptible } from "./generate/interruptible.ts";
import { generateLines, promptsAtOnce } from "./generate/lines.ts";
import { printGenerated } from "./generate/print-generated.ts";
import { promptIn, promptTexts } from "./generate/prompts.ts";
import { generateStreamed, streams } from "./generate/streamed.ts";
import { whole } from "./generate/whole.ts";
import { modelOptions } from "./model-options.ts";

/**
 * Continues a text as the command line says: as one object, as people read it, or written as it comes,
 * of which nothing is given.
 *
 * @example
 * const { text } = await run({ model: "runs/tuned", prompt: "Call me", beams: 2 });
 */
export async function run(
  options: GenerateOptions,
): Promise<Generated | { readonly text: string } | undefined> {
  const texts = await promptTexts(options);
  const rows = options.promptLines === undefined ? 1 : (options.batchSize ?? promptsAtOnce);
  const beside = await draftConfig(options);
  const mesh = meshFor(options, {
    devices: 1,
    rows: () => rows,
    beside,
    byChunks: true,
    build: longest,
  });
  const model = await loadModel(options.model, modelOptions(options), mesh);
  const progress = progressLine();
  try {
    for (const line of model.notes) progress.note(asTyped(line));
    const draft = await draftOf(options, model);
    for (const line of draft?.notes ?? []) progress.note(asTyped(`--draft ${line}`));
    const asked = await askedFor(model, options, progress, draft);
    if (options.interactive) {
      await converse(model, texts[0]!, asked, options, progress);
      return undefined;
    }
    if (options.promptLines !== undefined) {
      await interruptible((enough) =>
        generateLines(model, texts, asked, options, progress, enough),
      );
      return undefined;
    }
    const prompt = promptIn(texts[0]!, options, model);
    if (streams(model, asked, options)) {
      await generateStreamed(model, prompt, asked, progress);
      return undefined;
    }
    const [generated] = await interruptible((enough) => {
      const settings = { ...asked.settings, enough };
      return whole(model, [prompt], { ...asked, settings }, progress);
    });
    return options.json ? generated! : { text: printGenerated(generated!) };
  } finally {
    progress.end();
    await model.close();
  }
}
