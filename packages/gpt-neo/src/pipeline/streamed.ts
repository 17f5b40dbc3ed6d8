import { MtfError } from "mtf";
import { type ContinuedText, continuedText } from "../generate/continued-text.ts";
import { generateEach } from "../generate/each.ts";
import type { Job } from "./job.ts";

/** A piece of one of several texts. */
export interface StreamedPiece {
  /** The place of its prompt among those that were given. */
  readonly prompt: number;
  /** Which text of this prompt it is of. */
  readonly sequence: number;
  readonly text: string;
}

/** The texts of all prompts in pieces of whole characters, each as soon as it is certain. */
export async function* streamed(asked: () => Promise<Job>): AsyncGenerator<StreamedPiece> {
  const { model, tokenizer, prompts, stops, settings, returnFullText = false } = await asked();
  const ids = prompts.map((prompt) => prompt.ids);
  const texts = new Map<string, ContinuedText>();
  for await (const found of generateEach(model, ids, settings)) {
    const { prompt, sequence } = found;
    const key = `${prompt} ${sequence}`;
    const known = texts.get(key);
    const text = known ?? continuedText(tokenizer.decoder(), stops);
    texts.set(key, text);
    const begin = returnFullText && !known ? prompts[prompt]!.text : "";
    const piece = begin + (found.kind === "id" ? text.push(found.chosen.id) : text.end());
    if (piece !== "") yield { prompt, sequence, text: piece };
  }
}

/**
 * The one text of one prompt.
 *
 * @throws MtfError `bad-argument` if several are asked for
 */
export async function* streamedOne(asked: () => Promise<Job>): AsyncGenerator<string> {
  const job = await asked();
  const { numReturnSequences = 1 } = job.settings;
  if (numReturnSequences > 1) {
    throw new MtfError("bad-argument", "pipeline: of one prompt it streams one text.", {
      evidence: [["numReturnSequences", `${numReturnSequences}`]],
      try: ["pipe([prompt], settings), whose pieces say which text they are of"],
    });
  }
  const settings = { ...job.settings, numReturnSequences: 1 };
  for await (const { text } of streamed(async () => ({ ...job, settings }))) yield text;
}
