import type { Chunk } from "./chunks.ts";
import { permutation } from "./permutation.ts";
import { remembered } from "./remembered.ts";

/** A chunk whose ids may not be there yet: how many there are is not known before. */
export interface LateChunk {
  load(): Promise<Chunk>;
}

/** A place in the order of an epoch. */
export interface EpochPlace {
  readonly seed: number;
  readonly epoch: number;
  readonly place: number;
}

/** Chunks in the order of each epoch, whose ids may not be there yet. */
export interface LateChunks {
  /** How many an epoch has; infinitely many as long as that is not known. */
  count(): number;
  /** The chunk at a place, when its ids are there; undefined behind the last one. */
  at(place: EpochPlace): Promise<Chunk | undefined>;
  /** Told once, where the chunks are first taken from. */
  begin?(place: EpochPlace): void;
}

/**
 * Chunks whose number is known: each epoch takes them in an order of its own.
 *
 * @param onBegin told once, where they are first taken from: the chunks from there on, each once
 * @example
 * const chunks = shuffledChunks(text.chunks, (order) => text.fill(order));
 */
export function shuffledChunks(
  chunks: readonly LateChunk[],
  onBegin?: (chunks: Iterable<number>) => void,
): LateChunks {
  const orders = remembered((seed: number) =>
    remembered((epoch) => permutation(chunks.length, [seed, epoch])),
  );
  return {
    count: () => chunks.length,
    at: async ({ seed, epoch, place }) => chunks[orders(seed)(epoch)(place)]!.load(),
    begin: ({ seed, epoch, place }) => onBegin?.(around(chunks.length, place, orders(seed)(epoch))),
  };
}

/** All chunks in an order that begins at a place of it. */
function* around(count: number, first: number, nth: (place: number) => number): Generator<number> {
  for (let i = 0; i < count; i++) yield nth((first + i) % count);
}
