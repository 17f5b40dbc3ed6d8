import { dimension, gather, placeholder, scatter, sub, type Tensor, zeros } from "mtf";
import type { Built } from "../../built.ts";
import type { Config } from "../../config/index.ts";
import { type Draws, drawsOf, type FewOfRows, fewOf } from "../../generate/few/few-of.ts";
import type { Glance } from "../../generate/few/look.ts";
import { type Dims, modelOf, type Pool, type PoolSize, poolOf } from "../../models/index.ts";
import { type Rows, rowsOf } from "../../rows.ts";

type Counts = Tensor<"batch", "int32">;

/** What is extended and by what: blocks of rows, how many tokens they have, and how many they get. */
export type Extending = readonly [
  pool: Pool,
  tokens: Rows,
  table: Tensor<"batch" | "page", "int32">,
  before: Counts,
  counts: Counts,
];

/** What follows each row, and the pool with its tokens. */
export type Extended = readonly [logits: Tensor<"batch" | "vocab">, pool: Pool];

/** What a glance tells of what follows each row, and the pool with its tokens. */
export type Glancing = readonly [few: FewOfRows, pool: Pool];

/** Adds tokens to rows of at most so many blocks. Of a row that gets none, the logits mean nothing. */
export function extending(
  config: Config,
  dims: Dims,
  size: PoolSize,
  pages: number,
): Built<Extending, Extended> {
  const model = modelOf(config);
  const counts = placeholder([dims.batch], "int32");
  const table = placeholder([dims.batch, dimension("page", pages)], "int32");
  return [
    (parameters, pool, tokens, table, before, counts) => {
      const paged = { pool, table, before, counts };
      const { final, pool: kept } = model.forward(config, dims, parameters, tokens, { paged });
      const last = gather(final, sub(counts, 1), "length");
      return [model.logitsOf(parameters, last), kept!];
    },
    [poolOf(config, dims, size, placeholder), rowsOf(dims), table, counts, counts],
    [1],
  ];
}

/** The same, with no more of what follows each row than a glance tells. */
export function glancing(
  config: Config,
  dims: Dims,
  size: PoolSize,
  pages: number,
  glance: Glance,
): Built<readonly [...Extending, draws: readonly Draws[]], Glancing> {
  const [fn, rest, donate = []] = extending(config, dims, size, pages);
  return [
    (parameters, pool, tokens, table, before, counts, draws) => {
      const [logits, next] = fn(parameters, pool, tokens, table, before, counts);
      return [fewOf(glance, logits, draws), next];
    },
    [...rest, drawsOf(dims, glance)],
    donate,
  ];
}

/** A pool of which no block is in use. */
export function beginning(config: Config, dims: Dims, size: PoolSize): Built<readonly [], Pool> {
  return [() => poolOf(config, dims, size, zeros), []];
}

type Blocks = Tensor<"copied", "int32">;

/** Copies blocks of a pool to others; -1 to none. */
export type Copying = readonly [pool: Pool, from: Blocks, to: Blocks];

export function copying(
  config: Config,
  dims: Dims,
  size: PoolSize,
  count: number,
): Built<Copying, Pool> {
  const blocks = placeholder([dimension("copied", count)], "int32");
  return [
    (_, pool, from, to) => {
      const copied = (of: Pool[number]["keys"]) =>
        scatter(of, gather(of, from, "block"), { block: to });
      return pool.map(({ keys, values }) => ({ keys: copied(keys), values: copied(values) }));
    },
    [poolOf(config, dims, size, placeholder), blocks, blocks],
    [1],
  ];
}
