import { chunkedSamples } from "./chunked-samples.ts";
import type { Chunk } from "./chunks.ts";
import { permutation } from "./permutation.ts";
import { remembered } from "./remembered.ts";
import type { SampleStream } from "./sample-stream.ts";
import type { Position, SampleOptions, SampleSet } from "./samples.ts";

/** A chunk whose ids may not be there yet: how many there are is not known before. */
export interface LateChunk {
  load(): Promise<Chunk>;
}

export interface WindowedOptions extends SampleOptions {
  /** Chunks whose samples are shuffled together, and have to be there for the first of them. */
  readonly window: number;
  /** Told once, where the stream is first taken from: the chunks from there on, each once. */
  readonly onBegin?: ((chunks: Iterable<number>) => void) | undefined;
  /** The error of chunks that hold nothing to predict, all of them together. */
  readonly empty: () => Error;
}

/** A window's samples in the order that they come in. */
interface Window {
  readonly samples: SampleSet;
  readonly order: (place: number) => number;
}

/**
 * The samples of chunks, which an epoch takes in an order of its own; the samples of so many at a time
 * are shuffled. Nothing but the number of chunks has to be known before. While a window is taken, the
 * next one is got ready.
 *
 * @param padding the id that fills up samples
 * @example
 * const stream = windowedStream(chunks, 2048, 50256, { window: 32, empty });
 * const { batch, next } = await takeFrom(stream, start, 8, seed);
 */
export function windowedStream(
  chunks: readonly LateChunk[],
  context: number,
  padding: number,
  { window: size, onBegin, empty, ...options }: WindowedOptions,
): SampleStream {
  const windows = Math.ceil(chunks.length / size);
  const orders = remembered((seed: number) =>
    remembered((epoch) => permutation(chunks.length, [seed, epoch])),
  );
  const load = async (seed: number, epoch: number, window: number): Promise<Window> => {
    const places = Math.min(size, chunks.length - window * size);
    const nth = orders(seed)(epoch);
    const found = await Promise.all(
      Array.from({ length: places }, (_, i) => chunks[nth(window * size + i)]!.load()),
    );
    const samples = chunkedSamples(found, context, padding, options);
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
    window + 1 < windows ? [epoch, window + 1] : [epoch + 1, 0];
  let begun = false;
  const begin = (seed: number, epoch: number, window: number): void => {
    if (begun) return;
    begun = true;
    onBegin?.(around(chunks.length, window * size, orders(seed)(epoch)));
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
        if (samples.count === 0 && emptyOnes > windows) throw empty();
        [at, place] = [after(...at), 0];
      }
    },
  };
}

/** All chunks in an order that begins at a place of it. */
function* around(count: number, first: number, nth: (place: number) => number): Generator<number> {
  for (let i = 0; i < count; i++) yield nth((first + i) % count);
}
