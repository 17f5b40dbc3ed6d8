import type { Tensor } from "mtf";
import type { Cache } from "./cache.ts";
import type { ForwardOptions } from "./model.ts";
import type { LayerPool, Paged, Pool } from "./pool.ts";
import type { Reach, Visible } from "./visible.ts";

/** What the layers of a forward pass remember: the tokens alone, or with them what a cache has. */
export interface Memory {
  /** Positions of the tokens; by default 0, 1, 2 … */
  readonly positions: ForwardOptions["positions"];
  readonly of: (layer: number) => Remember;
  /** The cache, or the pool, with what the layers have put into it, where there is one. */
  readonly kept: () => { readonly cache?: Cache; readonly pool?: Pool };
}

/** Takes a layer's keys and values of the tokens, and gives all that their queries may look at. */
export type Remember = (keys: PerHead<"length">, values: PerHead<"length">) => Seen;

/** The keys and values that queries may look at, and which of them each may: all, where nothing says. */
export interface Seen {
  readonly keys: PerHead<"memory_length">;
  readonly values: PerHead<"memory_length">;
  readonly visible: Visible | undefined;
  /** The same where all of it is near each query, and there is far more. */
  readonly near?: Near;
  /** Which of many keys each query sees, where that can be said without a mask. */
  readonly all?: All;
  /** The same where it lies. */
  readonly inBlocks?: InBlocks;
}

/** Keys and values in blocks of a pool, of which each query sees those of its row up to itself. */
export interface InBlocks extends LayerPool, Omit<Paged, "pool"> {
  /** How many tokens one sees, itself the last; all of its row where there is none. */
  readonly window: number | undefined;
}

/** All keys of a row, but for some. */
export interface All {
  /** Whether what comes later is hidden. */
  readonly causal: boolean;
  /** Which document each token is of, to be the only one that it sees; default one a row. */
  readonly documents: ForwardOptions["documents"];
}

/** The keys and values of the tokens, of which each query sees those near it. */
export interface Near extends Reach {
  readonly keys: PerHead<"length">;
  readonly values: PerHead<"length">;
  /** Which document each token is of, to be the only one that it sees; default one a row. */
  readonly documents: ForwardOptions["documents"];
}

type PerHead<Positions extends string> = Tensor<"batch" | Positions | "heads" | "kv">;
