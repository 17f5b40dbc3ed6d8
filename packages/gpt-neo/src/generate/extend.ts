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
import { type Draws, drawsOf, type FewOfRows, fewOf, ownOf } from "./few/few-of.ts";
import type { Glance } from "./few/look.ts";
import { longestChunk, promptLength } from "./prompt-length.ts";

type Counts = Tensor<"batch", "int32">;
type MakeSlots = globalThis.Parameters<typeof cacheOf>[2];

/** What is extended and by what: how many tokens rows have before, and how many they get. */
export type Extending = readonly [cache: Cache, tokens: Rows, before: Counts, counts: Counts];

/** An empty cache, what rows begin with, and how many tokens that is of each. */
export type Beginning = readonly [cache: Cache, tokens: Rows, counts: Counts];

/** What follows each row, and the cache with its tokens. */
export type Extended = readonly [logits: Tensor<"batch" | "vocab">, cache: Cache];

/** What follows each token of each row, and the cache with them. */
export type ExtendedByEach = readonly [logits: Tensor<"batch" | "length" | "vocab">, cache: Cache];

/** What a glance tells of what follows each row. */
export interface Glanced {
  readonly few: FewOfRows;
  /** The ids that the devices take themselves, as the tokens of a step that goes on with them. */
  readonly own: Rows;
}

/** What a glance tells, and the cache with the rows' tokens. */
export type Glancing = readonly [glanced: Glanced, cache: Cache];

/** Adds tokens to the rows of a cache. Of a row that gets none, the logits mean nothing. */
export function extending(config: Config, dims: Dims): Built<Extending, Extended> {
  return adding(config, dims, (...made) => afterLast(config, ...made));
}

/**
 * Puts the first tokens of rows into an empty cache. They see each other as without one, so that there may
 * be far more of them than go on from a cache at once.
 */
export function prompting(config: Config, dims: Dims): Built<Beginning, Extended> {
  const model = modelOf(config);
  const { batch, length } = dims;
  const own = model.dims(config, batch.size, length.size);
  return [
    (parameters, layers, tokens, counts) => {
      const cache = { layers, counts };
      const made = model.forward(config, own, parameters, tokens, { cache });
      return [afterLast(config, parameters, made, counts), made.cache!];
    },
    [kept(config, dims, placeholder), rowsOf(dims), placeholder([batch], "int32")],
    [1],
  ];
}

/** The same, with no more of what follows each row than a glance tells. */
export function glancing(
  config: Config,
  dims: Dims,
  glance: Glance,
): Built<readonly [...Extending, draws: readonly Draws[]], Glancing> {
  const [fn, rest] = extending(config, dims);
  return [
    (parameters, cache, tokens, before, counts, draws) => {
      const [logits, next] = fn(parameters, cache, tokens, before, counts);
      const few = fewOf(glance, logits, draws);
      return [{ few, own: ownOf(few) }, next];
    },
    [...rest, drawsOf(dims, glance)],
    // Tokens that devices have chosen are of no use after that.
    [1, 2],
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

/** The logits of what follows the last token of each row. */
function afterLast(
  config: Config,
  parameters: Parameters,
  { final }: Forward,
  counts: Counts,
): Extended[0] {
  const last = gather(final, sub(counts, 1), "length");
  return modelOf(config).logitsOf(parameters, last);
}

/** Of what rows of so many tokens take, what needs the most memory: the most of them at once. */
export function longest(
  config: Config,
  { batch, length }: Dims,
): Built<Beginning, Extended> | Built<Extending, Extended> {
  const most = (at: number) => modelOf(config).dims(config, batch.size, at, length.size);
  const prompt = promptLength(batch.size, length.size, length.size);
  if (prompt !== undefined) return prompting(config, most(prompt));
  return extending(config, most(Math.min(longestChunk, length.size)));
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
