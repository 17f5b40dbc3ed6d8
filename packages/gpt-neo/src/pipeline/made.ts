import { generateAll } from "../generate/all.ts";
import { textOfContinued } from "../generate/continued-text.ts";
import type { Job } from "./job.ts";

/** A text that was made, as transformers.js gives it. */
export interface GeneratedResult {
  readonly generated_text: string;
}

/** All texts of all prompts, a list for each. */
export async function made(asked: () => Job): Promise<readonly (readonly GeneratedResult[])[]> {
  const { model, tokenizer, prompts, stops, settings, returnFullText = true } = asked();
  const texts = await generateAll(
    model,
    prompts.map(({ ids }) => ids),
    settings,
  );
  return texts.map((sequences, prompt) =>
    sequences.map(({ ids }) => {
      const begin = returnFullText ? prompts[prompt]!.text : "";
      return { generated_text: begin + textOfContinued(tokenizer, ids, stops) };
    }),
  );
}
