/** Asks a generator to continue each prompt greedily by so many ids. No id is an end. */
export interface Continue {
  readonly prompts: readonly (readonly number[])[];
  readonly tokens: number;
}

/** What a generator answers. */
export interface Continued {
  /** Seconds that it took to load the model, from when its library was there. */
  readonly loading: number;
  /** Seconds from having the prompts until all texts have their first id. */
  readonly first: number;
  /** Seconds from then until all texts have their last. */
  readonly rest: number;
  /** The new ids of each text. */
  readonly ids: readonly (readonly number[])[];
  /** What it computes with. */
  readonly by: string;
}

/** Prompts that differ from their first id on. */
export function promptsOf(
  batch: number,
  length: number,
  vocabulary: number,
): readonly (readonly number[])[] {
  return Array.from({ length: batch }, (_, row) =>
    Array.from({ length }, (_, i) => (7919 * (row + 1) + i * i * 31) % vocabulary),
  );
}
