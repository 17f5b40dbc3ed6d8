import { MtfError } from "mtf";
import {
  chunkedSamples,
  chunksOf,
  type DataOptions,
  divided,
  mixedSources,
  type SampleSet,
  type Source,
  type TokenSource,
  type TrainingData,
  tooShort,
  type Vocabulary,
} from "../../data/index.ts";
import type { RunData } from "./given.ts";
import { type OpenOptions, openDocuments, openSources } from "./open-sources.ts";

export type TrainingDataOptions = Omit<DataOptions, "onProgress"> & OpenOptions;

/**
 * Opens what a run trains on and validates with: data of their own, or else parts that are held back.
 * What has to be read before the first sample does not grow with files of ids.
 *
 * @throws MtfError `bad-argument` if there are too few ids for a sample, or none to validate with; as
 * `openSources`
 * @example
 * const files = [{ files: ["ids.bin"], weight: 1 }];
 * await openTrainingData({ kind: "files", files }, null, { tokenizer, size: 257 }, options);
 */
export async function openTrainingData(
  given: RunData<readonly Source[]>,
  toValidate: RunData<readonly string[]> | null,
  vocabulary: Vocabulary,
  options: TrainingDataOptions,
): Promise<TrainingData> {
  const open = async (from: RunData<readonly string[]>): Promise<readonly TokenSource[]> =>
    from.kind === "files"
      ? openSources(from.files, vocabulary, options)
      : [await openDocuments(from.documents, vocabulary, options)];
  const held = toValidate && wholeOf(await open(toValidate), toValidate, options);
  try {
    const validation = held ? 0 : options.validation;
    const data =
      given.kind === "documents"
        ? dividedOf(await open(given), { ...options, validation })
        : await mixedSources(given.files, async ({ files }, named) =>
            dividedOf(await open({ kind: "files", files }), { ...options, validation, named }),
          );
    if (!held) return data;
    const close = (): void => {
      data.close();
      held.close();
    };
    return { ...data, validation: held.samples, close };
  } catch (error) {
    held?.close();
    throw error;
  }
}

type Cut = Pick<DataOptions, "context" | "endOfText" | "crossDocument" | "validation" | "named">;

function dividedOf(sources: readonly TokenSource[], options: Cut): TrainingData {
  const parts = sources.map((source) => ({
    source,
    ...divided({ begin: 1, end: source.length }, options.validation),
  }));
  const cut = (part: "train" | "held"): SampleSet =>
    samplesOf(
      parts.flatMap(({ source, ...ranges }) => chunksOf(source, ranges[part])),
      options,
    );
  const [train, held] = [cut("train"), cut("held")];
  const tokens = train.tokens + held.tokens;
  if (train.tokens < options.context) {
    closeAll(sources);
    throw tooShort(tokens, options);
  }
  const validation = held.tokens > 0 ? held : undefined;
  return { train, validation, tokens, close: () => closeAll(sources) };
}

function wholeOf(
  sources: readonly TokenSource[],
  from: RunData<readonly string[]>,
  options: Cut,
): { readonly samples: SampleSet; close(): void } {
  const chunks = sources.flatMap((source) => chunksOf(source, [{ begin: 1, end: source.length }]));
  const samples = samplesOf(chunks, options);
  if (samples.tokens > 0) return { samples, close: () => closeAll(sources) };
  closeAll(sources);
  throw new MtfError("bad-argument", "the data to validate with are empty.", {
    evidence: from.kind === "files" ? [["files", from.files.join(", ")]] : [],
  });
}

function samplesOf(
  chunks: ReturnType<typeof chunksOf>,
  { context, endOfText, crossDocument }: Cut,
): SampleSet {
  const unpredictedAfter = crossDocument === false ? endOfText : undefined;
  return chunkedSamples(chunks, context, endOfText, { unpredictedAfter });
}

function closeAll(sources: readonly TokenSource[]): void {
  for (const source of sources) source.close();
}
