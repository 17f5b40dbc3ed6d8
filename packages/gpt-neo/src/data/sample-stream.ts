import {
  type Batch,
  emptyBatch,
  type Position,
  rowOf,
  type SampleSet,
  type Taken,
  takeBatch,
} from "./samples.ts";

/**
 * An endless shuffled stream of samples whose number shows only while they are taken: their data may
 * have to be waited for.
 */
export interface SampleStream {
  readonly context: number;
  /** Reads the sample at a position; where the next one is. */
  read(at: Position, seed: number, tokens: Int32Array, labels: Int32Array): Promise<Position>;
  /** Begins to get ready what comes at a position; done when it is. */
  prepare(at: Position, seed: number): Promise<void>;
}

/** Samples, whether their number is known or not. */
export type Samples = SampleSet | SampleStream;

export function isStream(samples: Samples): samples is SampleStream {
  return "prepare" in samples;
}

/** The next samples, and where the stream is afterwards: as `takeBatch`. */
export async function takeFrom(
  samples: Samples,
  position: Position,
  rows: number,
  seed: number,
): Promise<Taken> {
  if (!isStream(samples)) return takeBatch(samples, position, rows, seed);
  const batch: Batch = emptyBatch(rows, samples.context);
  let next = position;
  for (let row = 0; row < rows; row++) {
    next = await samples.read(next, seed, ...rowOf(batch, row));
  }
  return { batch, next };
}
