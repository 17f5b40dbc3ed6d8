import { MtfError } from "mtf";
import { type DataOptions, loadData, type TrainingData } from "./load.ts";
import { permutation } from "./permutation.ts";
import type { Vocabulary } from "./read-ids.ts";
import { remembered } from "./remembered.ts";
import type { SampleSet } from "./samples.ts";
import type { Source } from "./source.ts";
import { usuallyInMemory } from "./token-file.ts";

/** What is opened for a source, and let go together with the others. */
interface Closing {
  close(): unknown;
}

/**
 * Opens several sources: all of them, or none.
 *
 * @param open a source's data; `named` is what errors call them where there are more
 * @throws MtfError `bad-argument` for a weight that is none; what `open` throws
 */
export async function openEach<T extends Closing>(
  sources: readonly Source[],
  open: (source: Source, named: string | undefined) => Promise<T>,
): Promise<readonly T[]> {
  for (const { files, weight } of sources) {
    if (Number.isFinite(weight) && weight > 0) continue;
    throw new MtfError("bad-argument", `the weight of ${files.join(", ")} is ${weight}.`, {
      try: ["a number above 0"],
    });
  }
  const all: T[] = [];
  try {
    for (const source of sources) {
      all.push(await open(source, sources.length > 1 ? source.files.join(", ") : undefined));
    }
    return all;
  } catch (error) {
    for (const opened of all) await opened.close();
    throw error;
  }
}

/**
 * Several sources to train on, each as often as its weight says. What is held back to validate with is
 * that of all of them, one after the other.
 *
 * @throws MtfError as `openEach`
 * @example
 * await mixedSources(sources, ({ files }, named) => loadData(files, vocabulary, { ...options, named }));
 */
export async function mixedSources(
  sources: readonly Source[],
  open: (source: Source, named: string | undefined) => Promise<TrainingData>,
): Promise<TrainingData> {
  const all = await openEach(sources, open);
  if (all.length === 1) return all[0]!;
  const held = all.flatMap(({ validation }) => (validation ? [validation] : []));
  return {
    train: mixedSamples(
      all.map(({ train }) => train),
      sources.map(({ weight }) => weight),
    ),
    validation: held.length > 0 ? mixedSamples(held) : undefined,
    tokens: all.reduce((total, { tokens }) => total + tokens, 0),
    close: () => {
      for (const data of all) data.close();
    },
  };
}

/**
 * Reads several sources, each whole.
 *
 * @throws MtfError as `mixedSources` and `loadData`
 * @example
 * await loadMixture([{ files: ["a.txt"], weight: 0.7 }, { files: ["b.txt"], weight: 0.3 }], …);
 */
export function loadMixture(
  sources: readonly Source[],
  vocabulary: Vocabulary,
  options: DataOptions,
): Promise<TrainingData> {
  // Memory is for all of them together, however many there are.
  const inMemory = Math.floor((options.inMemory ?? usuallyInMemory) / sources.length);
  return mixedSources(sources, ({ files }, named) =>
    loadData(files, vocabulary, { ...options, inMemory, named }),
  );
}

/** So many places in a row hold each source in its exact share, to this many parts. */
export const blockPlaces = 1000;

/**
 * Samples of several sets as one. With weights, the shuffled stream takes from each set in its
 * share, every sample of a set once before any of it again; any place of the stream is known
 * without the ones before. An epoch has as many places as there are samples.
 */
export function mixedSamples(sets: readonly SampleSet[], weights?: readonly number[]): SampleSet {
  const context = sets[0]!.context;
  const offsets: number[] = [];
  let count = 0;
  let tokens = 0;
  for (const set of sets) {
    offsets.push(count);
    count += set.count;
    tokens += set.tokens;
  }
  const setOf = (index: number): number => offsets.findLastIndex((offset) => offset <= index);
  const order = weights && weightedOrder(sets, sharesOf(weights), offsets, count);
  return {
    context,
    tokens,
    count,
    read(index, into, labels) {
      const at = setOf(index);
      sets[at]!.read(index - offsets[at]!, into, labels);
    },
    ...(order && { order }),
  };
}

/** Whole parts of a block, by largest remainder; whatever has a weight has a part. */
export function sharesOf(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (weight / total) * blockPlaces);
  const shares = exact.map((part) => Math.max(1, Math.floor(part)));
  for (let left = blockPlaces - shares.reduce((sum, part) => sum + part, 0); left !== 0; ) {
    const step = Math.sign(left);
    let most = -1;
    for (const [i, part] of exact.entries()) {
      if (step < 0 && shares[i] === 1) continue;
      const lacks = (part - shares[i]!) * step;
      if (most < 0 || lacks > (exact[most]! - shares[most]!) * step) most = i;
    }
    shares[most]! += step;
    left -= step;
  }
  return shares;
}

function weightedOrder(
  sets: readonly SampleSet[],
  shares: readonly number[],
  offsets: readonly number[],
  count: number,
): (seed: number, epoch: number) => (place: number) => number {
  const starts = startsOf(shares);
  return (seed, epoch) => {
    const within = remembered((number) =>
      blockOf(permutation(blockPlaces, [seed, number, 1]), starts),
    );
    const ofSet = sets.map(({ count: size, order }, i) =>
      remembered((round) => order?.(seed, round) ?? permutation(size, [seed, round, 2 + i])),
    );
    return (place) => {
      const at = epoch * count + place;
      const number = Math.floor(at / blockPlaces);
      const { setAt, rank } = within(number);
      const set = setAt[at % blockPlaces]!;
      const taken = number * shares[set]! + rank[at % blockPlaces]!;
      const size = sets[set]!.count;
      return offsets[set]! + ofSet[set]!(Math.floor(taken / size))(taken % size);
    };
  };
}

/** Where the parts of a block begin that go to each set. */
export function startsOf(shares: readonly number[]): readonly number[] {
  return shares.map((_, i) => shares.slice(0, i).reduce((sum, part) => sum + part, 0));
}

/** For each place of a block its set, and how many places of that set come before it. */
export function blockOf(
  order: (place: number) => number,
  starts: readonly number[],
): { readonly setAt: Uint16Array; readonly rank: Uint16Array } {
  const setAt = new Uint16Array(blockPlaces);
  const rank = new Uint16Array(blockPlaces);
  const seen = starts.map(() => 0);
  for (let place = 0; place < blockPlaces; place++) {
    const part = order(place);
    const set = starts.findLastIndex((start) => start <= part);
    setAt[place] = set;
    rank[place] = seen[set]!++;
  }
  return { setAt, rank };
}
