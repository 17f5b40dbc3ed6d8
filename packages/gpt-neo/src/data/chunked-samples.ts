import type { Chunk } from "./chunks.ts";
import { permutation } from "./permutation.ts";
import { remembered } from "./remembered.ts";
import { readSample, type SampleOptions, type SampleSet } from "./samples.ts";

/** Chunks whose samples are shuffled together. */
const windowChunks = 64;

/**
 * Samples cut from chunks, of which each predicts all of its ids: its last sample may be shorter. An
 * epoch takes the chunks in an order of its own, and shuffles the samples of so many at a time. So what
 * is read at about the same time lies in a part of the files, and a run that goes on with another
 * context still has before it the chunks that it had before it.
 *
 * @param padding the id that fills up samples
 * @example
 * const samples = chunkedSamples(chunksOf(source, [{ begin: 1, end: source.length }]), 2048, 50256);
 */
export function chunkedSamples(
  chunks: readonly Chunk[],
  context: number,
  padding: number,
  options: SampleOptions & { readonly window?: number } = {},
): SampleSet {
  const counts = chunks.map(({ begin, end }) => Math.ceil((end - begin) / context));
  const firsts = startsOf(counts);
  const orders = remembered((seed: number) =>
    remembered((epoch) => orderOf(counts, firsts, [seed, epoch], options.window ?? windowChunks)),
  );
  return {
    context,
    tokens: chunks.reduce((sum, { begin, end }) => sum + end - begin, 0),
    count: firsts.at(-1)!,
    read(index, into, labels) {
      const at = lastAtMost(firsts, index);
      const { source, begin, end } = chunks[at]!;
      const first = begin + (index - firsts[at]!) * context;
      readSample(source, { first, end, padding }, into, labels, options);
    },
    order: (seed, epoch) => orders(seed)(epoch),
  };
}

/** Place → sample: a permutation of the chunks, then one of the samples of each window of them. */
function orderOf(
  counts: readonly number[],
  firsts: readonly number[],
  [seed, epoch]: readonly [number, number],
  size: number,
): (place: number) => number {
  const nth = permutation(counts.length, [seed, epoch]);
  const chunks = counts.map((_, place) => nth(place));
  const starts = startsOf(chunks.map((chunk) => counts[chunk]!));
  const windows = starts.filter((_, i) => i % size === 0 || i === starts.length - 1);
  const within = remembered((window) =>
    permutation(windows[window + 1]! - windows[window]!, [seed, epoch, window]),
  );
  return (place) => {
    const window = lastAtMost(windows, place);
    const shuffled = windows[window]! + within(window)(place - windows[window]!);
    const at = lastAtMost(starts, shuffled);
    return firsts[chunks[at]!]! + shuffled - starts[at]!;
  };
}

/** Where each begins if they lie one after the other, and where the last one ends. */
function startsOf(counts: readonly number[]): readonly number[] {
  let sum = 0;
  return [0, ...counts.map((count) => (sum += count))];
}

/** The last of ascending numbers but the very last that is at most so large. */
function lastAtMost(numbers: readonly number[], most: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= most) low = middle;
    else high = middle;
  }
  return low;
}
