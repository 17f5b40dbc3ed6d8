import { chunkedSamples } from "./chunked-samples.ts";
import type { LateChunks } from "./late-chunks.ts";
import { permutation } from "./permutation.ts";
import type { SampleStream } from "./sample-stream.ts";
import type { Position, SampleOptions, SampleSet } from "./samples.ts";

export interface WindowedOptions extends SampleOptions {
  /** Chunks whose samples are shuffled together, and have to be there for the first of them. */
  readonly window: number;
  /** The error of chunks that hold nothing to predict, all of them together. */
  readonly empty: () => Error;
}

/** A window's samples in the order that they come in. */
interface Window {
  readonly samples: SampleSet;
  readonly order: (place: number) => number;
}

/**
 * The samples of chunks, of which those of so many at a time are shuffled. While a window is taken, the
 * next one is got ready.
 *
 * @param padding the id that fills up samples
 * @example
 * const stream = windowedStream(shuffledChunks(chunks), 2048, 50256, { window: 32, empty });
 * const { batch, next } = await takeFrom(stream, start, 8, seed);
 */
export function windowedStream(
  chunks: LateChunks,
  context: number,
  padding: number,
  { window: size, empty, ...options }: WindowedOptions,
): SampleStream {
  const windows = (): number => Math.ceil(chunks.count() / size);
  const load = async (seed: number, epoch: number, window: number): Promise<Window> => {
    const first = window * size;
    const places = Math.max(0, Math.min(size, chunks.count() - first));
    const found = await Promise.all(
      Array.from({ length: places }, (_, i) => chunks.at({ seed, epoch, place: first + i })),
    );
    const there = found.filter((chunk) => chunk !== undefined);
    const samples = chunkedSamples(there, context, padding, options);
    return { samples, order: permutation(samples.count, [seed, epoch, window]) };
  };
  // Two at most: the one that is taken from, and the one after it.
  const held = new Map<string, Promise<Window>>();
  const keyOf = (...at: readonly number[]): string => at.join(" ");
  const want = (seed: number, epoch: number, window: number): void => {
    const key = keyOf(seed, epoch, window);
    const ready = held.get(key) ?? load(seed, epoch, window);
    // One that failed may be asked for again. Its failure is told to whoever takes from it.
    if (!held.has(key)) ready.catch(() => held.delete(key));
    held.delete(key);
    held.set(key, ready);
    for (const other of [...held.keys()].slice(0, -2)) held.delete(other);
  };
  const windowAt = (seed: number, epoch: number, window: number): Promise<Window> => {
    want(seed, epoch, window);
    return held.get(keyOf(seed, epoch, window))!;
  };
  const after = (epoch: number, window: number): readonly [epoch: number, window: number] =>
    window + 1 < windows() ? [epoch, window + 1] : [epoch + 1, 0];
  let begun = false;
  const begin = (seed: number, epoch: number, window: number): void => {
    if (begun) return;
    begun = true;
    chunks.begin?.({ seed, epoch, place: window * size });
  };
  return {
    context,
    async prepare({ epoch, window = 0 }, seed) {
      const ready = windowAt(seed, epoch, window);
      begin(seed, epoch, window);
      await ready;
    },
    async read({ epoch, window = 0, index }, seed, tokens, labels) {
      let [at, place] = [[epoch, window] as const, index];
      for (let emptyOnes = 0; ; emptyOnes++) {
        const ready = windowAt(seed, ...at);
        begin(seed, ...at);
        const { samples, order } = await ready;
        if (place < samples.count) {
          samples.read(order(place), tokens, labels);
          want(seed, ...after(...at));
          want(seed, ...at);
          return { epoch: at[0], window: at[1], index: place + 1 } satisfies Position;
        }
        if (samples.count === 0 && emptyOnes > windows()) throw empty();
        [at, place] = [after(...at), 0];
      }
    },
  };
}
