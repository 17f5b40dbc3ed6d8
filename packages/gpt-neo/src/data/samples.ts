import { permutation } from "./permutation.ts";
import type { TokenSource } from "./token-source.ts";

/** The label of places where nothing is to be predicted. */
export const ignoredLabel = -100;

/**
 * A stream of ids cut into samples of `context` predictions. A sample is `context` + 1 ids long and
 * overlaps the one before by one, so every id is predicted exactly once an epoch, the first one
 * from an end of text. The last sample may be shorter: its rest is padding whose labels are ignored.
 */
export interface SampleSet {
  readonly context: number;
  /** Predictions an epoch. */
  readonly tokens: number;
  /** Samples an epoch. */
  readonly count: number;
  /** Sample `index` in the order of the data. */
  read(index: number, tokens: Int32Array, labels: Int32Array): void;
  /** An order of its own for an epoch's places; by default a permutation of all samples. */
  order?(seed: number, epoch: number): (place: number) => number;
}

export interface SampleOptions {
  /** Ids that this one comes before are not predicted: what follows an end of text is another's. */
  readonly unpredictedAfter?: number | undefined;
}

/**
 * The samples that predict the ids `begin` … `end` − 1 of a stream.
 *
 * @param begin at least 1: an id is predicted from the one before it
 * @param padding the id that fills up the last sample
 */
export function sampleSet(
  source: TokenSource,
  [begin, end]: readonly [number, number],
  context: number,
  padding: number,
  options: SampleOptions = {},
): SampleSet {
  const tokens = Math.max(0, end - begin);
  return {
    context,
    tokens,
    count: Math.ceil(tokens / context),
    read(index, into, labels) {
      const first = begin + index * context;
      readSample(source, { first, end, padding }, into, labels, options);
    },
  };
}

/** Reads the sample that predicts the ids from `first` on, as many as there is room for before `end`. */
export function readSample(
  source: TokenSource,
  {
    first,
    end,
    padding,
  }: { readonly first: number; readonly end: number; readonly padding: number },
  into: Int32Array,
  labels: Int32Array,
  { unpredictedAfter }: SampleOptions,
): void {
  const size = Math.min(into.length, end - first);
  const ids = new Int32Array(size + 1);
  source.read(first - 1, ids);
  into.fill(padding);
  labels.fill(ignoredLabel);
  into.set(ids.subarray(0, size));
  labels.set(ids.subarray(1));
  if (unpredictedAfter === undefined) return;
  for (let i = 0; i < size; i++) if (ids[i] === unpredictedAfter) labels[i] = ignoredLabel;
}

/** Where a stream of batches is: the epoch, and the samples of it that are behind. */
export interface Position {
  readonly epoch: number;
  readonly index: number;
  /** In a stream of windows, the one it is in, whose samples `index` counts then. */
  readonly window?: number;
  /** In a stream of several sources, where it is in each. */
  readonly sources?: readonly Position[];
}

export const start: Position = { epoch: 0, index: 0 };

/** Samples side by side, row by row. */
export interface Batch {
  readonly rows: number;
  readonly context: number;
  /** [rows, context]: what the model sees. */
  readonly tokens: Int32Array<ArrayBuffer>;
  /** [rows, context]: the id that follows each, or `ignoredLabel`. */
  readonly labels: Int32Array<ArrayBuffer>;
}

/** The next batch of a stream, and where the stream is afterwards. */
export interface Taken {
  readonly batch: Batch;
  readonly next: Position;
}

/**
 * The next samples of the endless shuffled stream, and where it is afterwards. Each epoch has every
 * sample once, in an order of its own that seed and epoch decide; a batch may go from one epoch
 * into the next. The stream is the same whatever its batches.
 *
 * @example
 * let position = start;
 * const { batch, next } = takeBatch(train, position, 8, seed);
 */
export function takeBatch(
  samples: SampleSet,
  position: Position,
  rows: number,
  seed: number,
): Taken {
  const indices: number[] = [];
  let { epoch, index } = position;
  let order = orderOf(samples, seed, epoch);
  while (indices.length < rows) {
    if (index >= samples.count) {
      index = 0;
      epoch++;
      order = orderOf(samples, seed, epoch);
    }
    indices.push(order(index++));
  }
  return { batch: batchOf(samples, indices), next: { epoch, index } };
}

function orderOf(samples: SampleSet, seed: number, epoch: number): (place: number) => number {
  return samples.order?.(seed, epoch) ?? permutation(samples.count, [seed, epoch]);
}

/**
 * All samples once, in the order of the data: what validation looks at. The last batch may have
 * fewer rows.
 *
 * @param most batches; all by default
 */
export function* batchesInOrder(
  samples: SampleSet,
  rows: number,
  most: number = Number.POSITIVE_INFINITY,
): Generator<Batch> {
  for (let i = 0; i < most && i * rows < samples.count; i++) {
    const size = Math.min(rows, samples.count - i * rows);
    yield batchOf(
      samples,
      Array.from({ length: size }, (_, row) => i * rows + row),
    );
  }
}

function batchOf(samples: SampleSet, indices: readonly number[]): Batch {
  const batch = emptyBatch(indices.length, samples.context);
  for (const [row, index] of indices.entries()) samples.read(index, ...rowOf(batch, row));
  return batch;
}

/** A batch whose rows are yet to be read. */
export function emptyBatch(rows: number, context: number): Batch {
  const [tokens, labels] = [new Int32Array(rows * context), new Int32Array(rows * context)];
  return { rows, context, tokens, labels };
}

/** The tokens and the labels of a row. */
export function rowOf(
  { context, tokens, labels }: Batch,
  row: number,
): readonly [tokens: Int32Array, labels: Int32Array] {
  const [begin, end] = [row * context, (row + 1) * context];
  return [tokens.subarray(begin, end), labels.subarray(begin, end)];
}
