import type { DataOptions, TrainingData } from "./load.ts";
import { loadMixture } from "./mixture.ts";
import type { Vocabulary } from "./read-ids.ts";
import type { Source } from "./source.ts";
import { loadWhole } from "./whole.ts";

/**
 * Reads what a run trains on and validates with: files of their own, or else a part that is held
 * back.
 *
 * @throws MtfError as `loadMixture` and `loadWhole`
 * @example
 * const sources = [{ files: ["a.txt"], weight: 1 }];
 * await loadTrainingData(sources, ["held-out.txt"], { tokenizer, size: 257 }, options);
 */
export async function loadTrainingData(
  sources: readonly Source[],
  validationFiles: readonly string[] | null,
  vocabulary: Vocabulary,
  options: DataOptions,
): Promise<TrainingData> {
  if (validationFiles === null) return loadMixture(sources, vocabulary, options);
  const held = await loadWhole(validationFiles, vocabulary, options);
  try {
    const data = await loadMixture(sources, vocabulary, { ...options, validation: 0 });
    const close = (): void => {
      data.close();
      held.close();
    };
    return { ...data, validation: held.samples, close };
  } catch (error) {
    held.close();
    throw error;
  }
}
