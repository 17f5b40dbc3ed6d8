import {
  type Chunk,
  chunkedSamples,
  chunksOf,
  type DataOptions,
  divided,
  growingChunks,
  type SampleSet,
  type Samples,
  shuffledChunks,
  tooShort,
  windowedStream,
} from "../../data/index.ts";
import { nothingLookedAt, nothingToValidate } from "../../data/nothing-to-validate.ts";
import { predictsSomething } from "../../data/predicts-something.ts";
import { heldChunks, spread } from "./held-chunks.ts";
import type { GrowingText, Opened } from "./open-sources.ts";

/** A source, divided into what is trained on and what is not. */
export interface Part {
  readonly train: Samples;
  /** What is held back, when it is read. */
  readonly held: (() => Promise<SampleSet>) | undefined;
  /** Ids, but for those of text that is tokenized by the chunk. */
  readonly tokens: number;
  /** Bytes of that text. */
  readonly bytes: number;
  close(): Promise<void>;
}

type Cut = Pick<DataOptions, "context" | "endOfText" | "crossDocument" | "validation" | "named"> & {
  /** Chunks of text whose samples are shuffled together. */
  readonly window?: number | undefined;
};

/** As many megabytes as are tokenized in a second or two, and have to be for the first step. */
const usualWindow = 32;

/** No more chunks are read to validate with: a validation looks at a sample of them. */
const mostHeld = 32;

/**
 * A source to train on, of which a part is held back.
 *
 * @throws MtfError `bad-argument` if it is shorter than a sample
 */
export async function dividedPart(opened: Opened, options: Cut): Promise<Part> {
  const { sources, text, growing } = opened;
  if (growing) return growingPart(growing, options);
  const ranges = sources.map((source) => ({
    source,
    ...divided({ begin: 1, end: source.length }, options.validation),
  }));
  const chunks = (part: "train" | "held"): readonly Chunk[] =>
    ranges.flatMap(({ source, ...found }) => chunksOf(source, found[part]));
  const close = closing(opened);
  if (!text) {
    const [train, held] = [samplesOf(chunks("train"), options), samplesOf(chunks("held"), options)];
    const tokens = train.tokens + held.tokens;
    if (train.tokens < options.context) {
      await close();
      throw tooShort(tokens, options);
    }
    const validation = held.tokens > 0 ? async () => held : undefined;
    return { train, held: validation, tokens, bytes: 0, close };
  }
  const known = chunks("train").map((chunk) => ({ load: async () => chunk }));
  const numbers = heldChunks(text.chunks.length, options.validation, mostHeld);
  const kept = new Set(numbers);
  const trained = text.chunks.map((_, number) => number).filter((number) => !kept.has(number));
  const train = windowedStream(
    shuffledChunks([...known, ...trained.map((number) => text.chunks[number]!)], (order) =>
      text.fill(inText(order, known.length, numbers, trained)),
    ),
    options.context,
    options.endOfText,
    {
      window: options.window ?? usualWindow,
      unpredictedAfter: unpredictedAfter(options),
      empty: () => tooShort(0, options),
    },
  );
  return {
    train,
    held:
      options.validation > 0
        ? () => heldSamples(opened, chunks("held"), numbers, options)
        : undefined,
    tokens: sources.reduce((sum, { length }) => sum + length - 1, 0),
    bytes: text.bytes,
    close,
  };
}

/** Text that is tokenized from its beginning, a part of whose beginning is held back. */
function growingPart({ ids, chunk, bytes }: GrowingText, options: Cut): Part {
  const { train, held } = growingChunks(ids, chunk, options.validation);
  return {
    train: windowedStream(train, options.context, options.endOfText, {
      window: options.window ?? usualWindow,
      unpredictedAfter: unpredictedAfter(options),
      empty: () => tooShort(ids.count(), options),
    }),
    held:
      options.validation > 0
        ? async () => {
            const chunks = await held();
            checkHeldBack(chunks);
            return samplesOf(chunks, options);
          }
        : undefined,
    tokens: 0,
    bytes,
    close: () => ids.close(),
  };
}

/**
 * A source to validate with alone: all of it, or of much text a part that is spread over it.
 *
 * @param files what errors say of it
 * @throws MtfError `bad-argument` if it has nothing to predict
 */
export async function wholePart(
  opened: Opened,
  files: readonly string[],
  options: Cut & { readonly validatesAsConfig?: boolean | undefined },
): Promise<Part> {
  const { sources, text } = opened;
  const chunks = sources.flatMap((source) => chunksOf(source, [{ begin: 1, end: source.length }]));
  const train = samplesOf(chunks, options);
  const close = closing(opened);
  const check = (all: readonly Chunk[]): void => {
    if (predictsSomething(all, options.endOfText)) return;
    throw nothingToValidate(files, options.validatesAsConfig);
  };
  if (!text) {
    try {
      check(chunks);
    } catch (error) {
      await close();
      throw error;
    }
  }
  const numbers = text ? spread(text.chunks.length, Math.min(mostHeld, text.chunks.length)) : [];
  return {
    train,
    held: text ? () => heldSamples(opened, chunks, numbers, options, check) : async () => train,
    tokens: train.tokens,
    bytes: text?.bytes ?? 0,
    close,
  };
}

/** The samples of chunks that are known, and of some of a text. */
async function heldSamples(
  { text }: Opened,
  known: readonly Chunk[],
  numbers: readonly number[],
  options: Cut,
  check: (chunks: readonly Chunk[]) => void = checkHeldBack,
): Promise<SampleSet> {
  const chunks = await Promise.all(numbers.map((number) => text!.chunks[number]!.load()));
  const all = [...known, ...chunks];
  check(all);
  return samplesOf(all, options);
}

function checkHeldBack(chunks: readonly Chunk[]): void {
  if (chunks.every(({ begin, end }) => begin >= end)) throw nothingLookedAt();
}

function samplesOf(chunks: readonly Chunk[], options: Cut): SampleSet {
  return chunkedSamples(chunks, options.context, options.endOfText, {
    unpredictedAfter: unpredictedAfter(options),
  });
}

function unpredictedAfter({ crossDocument, endOfText }: Cut): number | undefined {
  return crossDocument === false ? endOfText : undefined;
}

/** The chunks of a text in the order that they are wanted in, those to validate with first. */
function* inText(
  order: Iterable<number>,
  known: number,
  held: readonly number[],
  trained: readonly number[],
): Generator<number> {
  yield* held;
  for (const place of order) if (place >= known) yield trained[place - known]!;
}

function closing({ sources, text }: Opened): () => Promise<void> {
  return async () => {
    for (const source of sources) source.close();
    await text?.close();
  };
}
