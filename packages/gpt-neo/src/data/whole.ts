import { fill } from "./fill.ts";
import type { DataOptions } from "./load.ts";
import { nothingToValidate } from "./nothing-to-validate.ts";
import { predictsSomething } from "./predicts-something.ts";
import { readIds, type Vocabulary } from "./read-ids.ts";
import { type SampleSet, sampleSet } from "./samples.ts";
import { tokenStore } from "./store.ts";

/** All samples of files. */
export interface WholeData {
  readonly samples: SampleSet;
  close(): void;
}

/**
 * Reads data to look at in their order, such as those to validate with: all of them, however few.
 *
 * @throws MtfError `bad-argument` if there is nothing; as `readIds` for bad data
 * @example
 * const { samples } = await loadWhole(["held-out.txt"], { tokenizer, size: 257 }, options);
 */
export async function loadWhole(
  files: readonly string[],
  vocabulary: Vocabulary,
  options: Omit<DataOptions, "validation">,
): Promise<WholeData> {
  const { context, crossDocument, endOfText, onProgress } = options;
  const store = tokenStore({ ...options, below: Math.max(vocabulary.size, endOfText + 1) });
  try {
    const parts = readIds(files, vocabulary, options.read);
    await fill([store], parts, { endOfText, validation: 0, onProgress });
    if (predictsSomething([{ source: store, begin: 1, end: store.length }], endOfText)) {
      const unpredictedAfter = crossDocument === false ? endOfText : undefined;
      const samples = sampleSet(store, [1, store.length], context, endOfText, { unpredictedAfter });
      return { samples, close: () => store.close() };
    }
  } catch (error) {
    store.close();
    throw error;
  }
  store.close();
  throw nothingToValidate(files);
}
