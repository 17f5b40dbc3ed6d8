import type { LoadedModel } from "../../../loaded-model.ts";
import type { Progress } from "../../../progress.ts";
import type { GenerateOptions } from "../../generate-options.ts";
import { writeOut } from "../../write-out.ts";
import type { Asked } from "./asked.ts";
import { printGenerated } from "./print-generated.ts";
import { promptIn } from "./prompts.ts";
import { whole } from "./whole.ts";

/** How many prompts are continued at once where nothing is said. */
export const promptsAtOnce = 8;

/**
 * Continues many prompts, some at once, and writes their texts in order: for a program an object a line.
 *
 * @param enough ends those that are under way as they are; no others are begun
 */
export async function generateLines(
  model: LoadedModel,
  texts: readonly string[],
  asked: Asked,
  options: GenerateOptions,
  progress: Progress,
  enough: AbortSignal,
): Promise<void> {
  const { batchSize = promptsAtOnce } = options;
  const prompts = texts.map((text) => promptIn(text, options, model));
  const settings = { ...asked.settings, enough };
  for (let at = 0; at < prompts.length && !enough.aborted; at += batchSize) {
    const some = prompts.slice(at, at + batchSize);
    const notes = at === 0 ? asked.notes : [];
    const made = await whole(model, some, { ...asked, settings, notes }, progress);
    progress.end();
    for (const [i, generated] of made.entries()) {
      const line = at + i + 1;
      const shown = options.json
        ? JSON.stringify({ line, ...generated })
        : `== ${line} of ${prompts.length}\n${printGenerated(generated)}`;
      await writeOut(`${shown}\n`);
    }
  }
}
