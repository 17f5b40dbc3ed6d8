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
import { type OpenOptions, openSources } from "./open-sources.ts";

export type TrainingDataOptions = Omit<DataOptions, "onProgress"> & OpenOptions;

/**
 * Opens what a run trains on and validates with: files of their own, or else parts that are held back.
 * What has to be read before the first sample does not grow with files of ids.
 *
 * @throws MtfError `bad-argument` if there are too few ids for a sample, or none to validate with; as
 * `openSources`
 * @example
 * await openTrainingData([{ files: ["ids.bin"], weight: 1 }], null, { tokenizer, size: 257 }, options);
 */
export async function openTrainingData(
  sources: readonly Source[],
  validationFiles: readonly string[] | null,
  vocabulary: Vocabulary,
  options: TrainingDataOptions,
): Promise<TrainingData> {
  const open = (files: readonly string[]) => openSources(files, vocabulary, options);
  const held = validationFiles && wholeOf(await open(validationFiles), validationFiles, options);
  try {
    const validation = held ? 0 : options.validation;
    const data = await mixedSources(sources, async ({ files }, named) =>
      dividedOf(await open(files), { ...options, validation, named }),
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
  files: readonly string[],
  options: Cut,
): { readonly samples: SampleSet; close(): void } {
  const chunks = sources.flatMap((source) => chunksOf(source, [{ begin: 1, end: source.length }]));
  const samples = samplesOf(chunks, options);
  if (samples.tokens > 0) return { samples, close: () => closeAll(sources) };
  closeAll(sources);
  throw new MtfError("bad-argument", "the data to validate with are empty.", {
    evidence: [["files", files.join(", ")]],
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
