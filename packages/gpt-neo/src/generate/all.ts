import { type Generating, generateEach } from "./each.ts";
import type { GenerateAllSettings } from "./options/settings.ts";
import type { Chosen, Ending } from "./search/search.ts";
import type { FoundBy } from "./search/together.ts";

/** A text that a model continued a prompt with. */
export interface GeneratedSequence {
  /** The new ids. One that ended the text is not among them. */
  readonly ids: readonly number[];
  /** The same, with what was asked to be told of each. */
  readonly chosen: readonly Chosen[];
  readonly ending: Ending;
  /** With beams: the sum of what its ids were chosen by, over its length to the power of the penalty. */
  readonly score?: number;
}

/**
 * The texts that a model continues several prompts with, `numReturnSequences` of each, when all are
 * made; with beams from the best on. All prompts are continued in one batch, and each as if it were
 * alone.
 *
 * @param prompts ids each
 * @returns a list for each prompt
 * @throws MtfError as `generateEach`
 * @example
 * const [texts] = await generateAll(model, [[15496]], { numBeams: 4, numReturnSequences: 2 });
 * console.log(texts![0]!.ids, texts![0]!.score);
 */
export async function generateAll(
  model: Generating,
  prompts: readonly (readonly number[])[],
  settings: GenerateAllSettings = {},
): Promise<readonly (readonly GeneratedSequence[])[]> {
  return collected(generateEach(model, prompts, settings), prompts.length);
}

/** The texts of several prompts, of what is found of them. */
export async function collected(
  each: AsyncIterable<FoundBy>,
  prompts: number,
): Promise<readonly (readonly GeneratedSequence[])[]> {
  const made = Array.from({ length: prompts }, () => new Map<number, Chosen[]>());
  const texts = Array.from({ length: prompts }, (): GeneratedSequence[] => []);
  for await (const found of each) {
    const { prompt, sequence } = found;
    const chosen = made[prompt]!.get(sequence) ?? [];
    made[prompt]!.set(sequence, chosen);
    if (found.kind === "id") {
      chosen.push(found.chosen);
      continue;
    }
    const { ending, score } = found;
    const ids = chosen.map(({ id }) => id);
    texts[prompt]![sequence] = { ids, chosen, ending, ...(score !== undefined && { score }) };
  }
  return texts;
}
