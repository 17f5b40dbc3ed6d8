import { generateAll } from "../generate/all.ts";
import { textOfContinued } from "../generate/continued-text.ts";
import type { Chat } from "./chat.ts";
import type { Job } from "./job.ts";

/** A text that was made, as transformers.js gives it. */
export interface GeneratedResult {
  readonly generated_text: string;
}

/** A chat and what is said next in it, as transformers.js gives it. */
export interface GeneratedChat {
  readonly generated_text: Chat;
}

/** All texts of all prompts, a list for each. */
export async function made(
  asked: () => Promise<Job>,
): Promise<readonly (readonly (GeneratedResult | GeneratedChat)[])[]> {
  const { model, tokenizer, prompts, stops, settings, returnFullText = true } = await asked();
  const texts = await generateAll(
    model,
    prompts.map(({ ids }) => ids),
    settings,
  );
  return texts.map((sequences, prompt) =>
    sequences.map(({ ids }) => {
      const { text, chat } = prompts[prompt]!;
      const content = textOfContinued(tokenizer, ids, stops);
      if (!returnFullText) return { generated_text: content };
      if (!chat) return { generated_text: text + content };
      return { generated_text: [...chat, { role: "assistant", content }] };
    }),
  );
}
