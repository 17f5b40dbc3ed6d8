import {
  add,
  cast,
  div,
  einsum,
  exp,
  max,
  maximum,
  rename,
  softmax,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from "mtf";
import type { Seen } from "../memory.ts";

// Linear attention (Katharopoulos et al., 2020; Shen et al., 2018): products of queries and keys are not
// exponentiated, but queries and keys themselves are. What a query then sees of all keys and values may be
// one matrix as wide and high as a head, which is what is computed where all of them are seen. Otherwise
// the original kept such a matrix for every token, more than the products of all queries and keys are
// wherever a head's width squared is more than the tokens, as in all of its models: here it is these
// products, which also serve what is kept of tokens before, and rows of several documents.

type Query = Tensor<"batch" | "length" | "heads" | "kv">;

/** What the original added to the sum that each product is divided by. */
const epsilon = 1e-6;

/** @param causal whether weights are divided by their sum; else keys are, by theirs of all tokens */
export function linearAttention(query: Query, seen: Seen, causal: boolean): Query {
  const weights = softmax(query, "kv");
  if (causal) return byQueries(weights, seen);
  return seen.visible ? bySeenKeys(weights, seen, seen.visible) : byKeys(weights, seen);
}

function byQueries(query: Query, { keys, values, visible }: Seen): Query {
  const products = einsum(query, exp(keys), "batch", "heads", "length", "memory_length");
  const weights = visible ? where(visible, products, 0) : products;
  const total = add(sum(weights, "memory_length"), epsilon);
  const mixed = einsum(weights, values, "batch", "length", "heads", "kv");
  return div(mixed, total);
}

function byKeys(query: Query, { keys, values }: Seen): Query {
  const weights = rename(softmax(keys, "memory_length"), "kv", "from");
  const context = einsum(weights, values, "batch", "heads", "from", "kv");
  return einsum(rename(query, "kv", "from"), context, "batch", "length", "heads", "kv");
}

/** The same where each query sees other keys: they are divided by the sums of those it sees. */
function bySeenKeys(
  query: Query,
  { keys, values }: Seen,
  visible: NonNullable<Seen["visible"]>,
): Query {
  const powers = exp(sub(keys, stopGradient(max(keys, "memory_length"))));
  const totals = einsum(cast(visible, "float32"), powers, "batch", "length", "heads", "kv");
  // A query that sees nothing is one of padding.
  const shares = div(query, maximum(totals, 1e-30));
  const products = einsum(shares, powers, "batch", "heads", "length", "memory_length");
  return einsum(where(visible, products, 0), values, "batch", "length", "heads", "kv");
}
