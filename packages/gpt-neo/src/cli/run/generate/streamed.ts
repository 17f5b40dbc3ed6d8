import { continuedText } from "../../../generate/continued-text.ts";
import { generateEach } from "../../../generate/each.ts";
import { countOf } from "../../../generate/options/count-of.ts";
import type { Prompt } from "../../../generate/text.ts";
import type { LoadedModel } from "../../../loaded-model.ts";
import type { Progress } from "../../../progress.ts";
import type { GenerateOptions } from "../../generate-options.ts";
import { writeOut } from "../../write-out.ts";
import type { Asked } from "./asked.ts";
import { fullNote } from "./full-note.ts";
import { interruptible } from "./interruptible.ts";

/** Whether a text can be written as it comes: one text, found id by id, with nothing to say beside it. */
export function streams(
  { generation, tokenizer }: LoadedModel,
  { settings, decoding }: Asked,
  { json, logprobs }: GenerateOptions,
): boolean {
  if (json || logprobs !== undefined || !tokenizer) return false;
  return (decoding.numBeams ?? 1) === 1 && countOf(settings, generation?.options) === 1;
}

/** Writes a text as it comes. An interrupt ends the text. */
export async function generateStreamed(
  model: LoadedModel,
  { ids: prompt, hidden }: Prompt,
  { settings, decoding, stops, notes }: Asked,
  progress: Pick<Progress, "note">,
): Promise<void> {
  // A character may begin in the prompt and end behind it.
  const decoder = model.tokenizer!.decoder();
  const begin = prompt
    .slice(hidden)
    .map((id) => decoder.push(id))
    .join("");
  const text = continuedText(decoder, stops);
  let made = 0;
  await interruptible(async (enough) => {
    let begun = false;
    for await (const found of generateEach(model, [prompt], { ...settings, enough })) {
      if (!begun) {
        for (const line of notes) progress.note(line);
        await writeOut(begin);
      }
      begun = true;
      if (found.kind !== "id") continue;
      made++;
      await writeOut(text.push(found.chosen.id));
    }
  });
  await writeOut(`${text.end()}\n`);
  const most = decoding.maxNewTokens ?? 100;
  const ids = prompt.length + made;
  for (const line of fullNote(model, { ids, made }, most)) progress.note(line);
}
