import {
  and,
  concat,
  equal,
  fill,
  fold,
  type Key,
  less,
  MtfError,
  not,
  or,
  randint,
  slice,
  type Tensor,
  uniform,
  where,
} from "mtf";
import type { Config, Masking } from "./config/index.ts";
import { ignoredLabel } from "./data/index.ts";

/** What a model is shown, and what it is to predict there. */
export interface Guessed<Names extends string> {
  readonly shown: Tensor<Names, "int32">;
  readonly labels: Tensor<Names, "int32">;
}

/**
 * What a model is given of rows to learn from: the rows and what follows each token; or, where tokens are
 * hidden, rows with some of them hidden, and those as labels.
 *
 * @param labels what follows each token; a place without is filling, and is not hidden
 * @throws MtfError `bad-argument` for a model whose tokens see each other and that is not to guess any
 * @example
 * const { shown, labels } = guessed(config, key(0), tokens, following);
 */
export function guessed<Names extends "batch" | "length" | "microbatch">(
  config: Config,
  key: Key,
  tokens: Tensor<Names, "int32">,
  labels: Tensor<Names, "int32">,
): Guessed<Names> {
  const { masking } = config.training;
  if (masking) return hidden(config, masking, key, tokens, labels);
  if (config.original.causal) return { shown: tokens, labels };
  throw new MtfError(
    "bad-argument",
    "a model whose tokens see each other has nothing to predict.",
    {
      evidence: [
        ["original.causal", "false"],
        ["training.masking", "null"],
      ],
      try: ['"masking": {"mask_id": ID} in the config\'s training'],
    },
  );
}

function hidden<Names extends "batch" | "length" | "microbatch">(
  config: Config,
  masking: Masking,
  key: Key,
  rows: Tensor<Names, "int32">,
  following: Tensor<Names, "int32">,
): Guessed<Names> {
  const tokens = masking.cls_id === null ? rows : beginning(rows, masking.cls_id);
  const kept = keptIds(config, masking);
  const dims = Object.values(tokens.dims) as never;
  const chance = (name: string, of: number) =>
    less(uniform(fold(key, name), dims) as unknown as Tensor<Names>, of) as Tensor<Names, "bool">;
  const filling = equal(following, ignoredLabel) as Tensor<Names, "bool">;
  const guess = and(
    and(chance("guessed", masking.mask_prob), not(isOne(tokens, kept))),
    not(filling),
  );
  const covered = and(guess, chance("covered", 1 - masking.same_token_prob));
  const mixed = masking.random_token_prob === 0 ? tokens : mixedUp();
  function mixedUp(): typeof tokens {
    const others = randint(fold(key, "others"), dims, {
      max: config.vocab_size,
    }) as unknown as typeof tokens;
    const mixes = and(chance("mixed", masking.random_token_prob), not(isOne(others, kept)));
    return where(mixes as Tensor<Names, "bool">, others, tokens) as typeof tokens;
  }
  return {
    shown: where(
      covered as Tensor<Names, "bool">,
      masking.mask_id as never,
      mixed,
    ) as typeof tokens,
    labels: where(guess as Tensor<Names, "bool">, tokens, ignoredLabel as never) as typeof tokens,
  };
}

/** Ids that stay as they are: where documents are kept apart, what ends one is not hidden. */
function keptIds({ training, eos_token_id }: Config, masking: Masking): readonly number[] {
  const apart = !training.cross_document_attention || training.reset_positions;
  const cls = masking.cls_id === null ? [] : [masking.cls_id];
  return [...new Set([...masking.ignore_ids, ...cls, ...(apart ? [eos_token_id] : [])])];
}

function isOne<Names extends string>(
  tokens: Tensor<Names, "int32">,
  ids: readonly number[],
): Tensor<Names, "bool"> {
  const none = less(tokens, -(2 ** 31)) as Tensor<Names, "bool">;
  return ids.reduce((all, id) => or(all, equal(tokens, id)) as typeof none, none);
}

/** Rows moved on by a place, which the id gets that begins them; the last tokens go. */
function beginning<Names extends "batch" | "length" | "microbatch">(
  rows: Tensor<Names, "int32">,
  id: number,
): Tensor<Names, "int32"> {
  const length = (rows.dims as { readonly length: { readonly size: number } }).length.size;
  const dims = Object.values(rows.dims) as { readonly name: string; readonly size: number }[];
  const first = dims.map((dim) => (dim.name === "length" ? { ...dim, size: 1 } : dim));
  const begin = fill(first as never, id, "int32");
  return concat([begin, slice(rows, "length" as never, 0, length - 1)] as never, "length") as never;
}
