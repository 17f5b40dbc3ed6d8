import { gather, placeholder, sub, type Tensor, zeros } from "mtf";
import type { Built } from "../built.ts";
import type { Config } from "../config/index.ts";
import {
  type Cache,
  cacheOf,
  type Dims,
  type Forward,
  modelOf,
  type Parameters,
} from "../models/index.ts";
import { type Rows, rowsOf } from "../rows.ts";
import { type Draws, drawsOf, type FewOfRows, fewOf } from "./few/few-of.ts";
import type { Glance } from "./few/look.ts";

/**
 * The most tokens that are added to a row at once: enough for products of matrices to be fast, few
 * enough for what is held of them meanwhile, and for the slots that local layers have for them.
 */
export const longestChunk = 64;

type Counts = Tensor<"batch", "int32">;
type MakeSlots = globalThis.Parameters<typeof cacheOf>[2];

/** What is extended and by what: how many tokens rows have before, and how many they get. */
export type Extending = readonly [cache: Cache, tokens: Rows, before: Counts, counts: Counts];

/** What follows each row, and the cache with its tokens. */
export type Extended = readonly [logits: Tensor<"batch" | "vocab">, cache: Cache];

/** What follows each token of each row, and the cache with them. */
export type ExtendedByEach = readonly [logits: Tensor<"batch" | "length" | "vocab">, cache: Cache];

/** What a glance tells of what follows each row, and the cache with its tokens. */
export type Glancing = readonly [few: FewOfRows, cache: Cache];

/** Adds tokens to the rows of a cache. Of a row that gets none, the logits mean nothing. */
export function extending(config: Config, dims: Dims): Built<Extending, Extended> {
  const model = modelOf(config);
  return adding(config, dims, (parameters, { final }, counts) => {
    return model.logitsOf(parameters, gather(final, sub(counts, 1), "length"));
  });
}

/** The same, with no more of what follows each row than a glance tells. */
export function glancing(
  config: Config,
  dims: Dims,
  glance: Glance,
): Built<readonly [...Extending, draws: readonly Draws[]], Glancing> {
  const [fn, rest, donate] = extending(config, dims);
  return [
    (parameters, cache, tokens, before, counts, draws) => {
      const [logits, next] = fn(parameters, cache, tokens, before, counts);
      return [fewOf(glance, logits, draws), next];
    },
    [...rest, drawsOf(dims, glance)],
    donate ?? [],
  ];
}

/** The same, with what follows each token. Of padding, the logits mean nothing. */
export function extendingByEach(config: Config, dims: Dims): Built<Extending, ExtendedByEach> {
  return adding(config, dims, (_, { logits }) => logits);
}

function adding<Logits>(
  config: Config,
  dims: Dims,
  logitsOf: (parameters: Parameters, made: Forward, counts: Counts) => Logits,
): Built<Extending, readonly [Logits, Cache]> {
  const counts = placeholder([dims.batch], "int32");
  return [
    (parameters, layers, tokens, before, counts) => {
      const cache = { layers, before, counts };
      const made = modelOf(config).forward(config, dims, parameters, tokens, { cache });
      return [logitsOf(parameters, made, counts), made.cache!];
    },
    [kept(config, dims, placeholder), rowsOf(dims), counts, counts],
    [1],
  ];
}

/** Of what a row of so many tokens takes, what needs the most memory: its longest chunk. */
export function longest(config: Config, { batch, length }: Dims): Built<Extending, Extended> {
  const chunk = Math.min(longestChunk, length.size);
  return extending(config, modelOf(config).dims(config, batch.size, chunk, length.size));
}

/** An empty cache. */
export function beginning(config: Config, dims: Dims): Built<readonly [], Cache> {
  return [() => kept(config, dims, zeros), []];
}

/** A cache that takes chunks of any length. */
export function kept(config: Config, dims: Dims, make: MakeSlots): Cache {
  const { length } = modelOf(config).dims(config, 1, longestChunk);
  return cacheOf(config, { ...dims, length }, make);
}
