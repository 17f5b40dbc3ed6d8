import type { Attending } from "../../graph/kinds.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { product } from "../einsum/product.ts";
import { apply } from "../elementwise/apply.ts";
import { count } from "../iota/iota.ts";
import { drawn } from "../random/random.ts";
import { reduction } from "../reduce/reduce.ts";
import { type Attended, attendedOf, scoreDims } from "./operands.ts";

/** The result and the log sum exp of each query's products, written out. */
export function attentionWrittenOut(
  attributes: Attending,
  operands: readonly AnyTensor[],
): readonly AnyTensor[] {
  const of = attendedOf(attributes, operands);
  const { over } = attributes;
  const products = scores(attributes, of);
  const visible = visibleOf(attributes, of);
  const seen = hidden(visible, products);
  const most = reduction("max", seen, [over]);
  const e = apply("exp", apply("sub", seen, most));
  const sum = reduction("sum", e, [over]);
  const weighted = product(dropped(attributes, of, e), of.values, dimsOf(of.query));
  // One division a query, and not one for each of its keys.
  return [apply("mul", weighted, apply("reciprocal", sum)), apply("add", apply("log", sum), most)];
}

/** The gradients of query, keys, values and bias, written out. */
export function attentionGradWrittenOut(
  attributes: Attending,
  operands: readonly AnyTensor[],
): readonly AnyTensor[] {
  const of = attendedOf(attributes, operands);
  const { query, keys, values, bias } = of;
  const [dy, logsumexp, delta] = of.rest as [AnyTensor, AnyTensor, AnyTensor];
  const products = scores(attributes, of);
  const visible = visibleOf(attributes, of);
  const where = (x: AnyTensor) => (visible ? apply("where", visible, x, 0) : x);
  // Of a large product that is not seen exp is infinite, and its own gradient NaN.
  const seen = hidden(visible, products);
  const weights = where(apply("exp", apply("sub", seen, logsumexp)));
  const given = product(dy, values, dimsOf(products));
  const dweights = dropped(attributes, of, given);
  const dscores = where(apply("mul", weights, apply("sub", dweights, delta)));
  return [
    product(dscores, keys, dimsOf(query)),
    product(dscores, query, dimsOf(keys)),
    product(dropped(attributes, of, weights), dy, dimsOf(values)),
    ...(bias ? [summedAs(bias, dscores)] : []),
  ];
}

function scores(attributes: Attending, { query, keys, bias }: Attended<AnyTensor>): AnyTensor {
  const products = product(query, keys, scoreDims(attributes, dimsOf(query), dimsOf(keys)));
  return bias ? apply("add", products, bias) : products;
}

/** What was made of a value along more dims, summed over those. */
function summedAs(x: AnyTensor, spreadOut: AnyTensor): AnyTensor {
  const names: readonly string[] = spreadOut.names;
  const lost = names.filter((name) => !(x.names as readonly string[]).includes(name));
  return spread(reduction("sum", spreadOut, lost), dimsOf(x));
}

/** -infinity in place of what is not seen. */
function hidden(visible: AnyTensor | undefined, products: AnyTensor): AnyTensor {
  return visible ? apply("where", visible, products, Number.NEGATIVE_INFINITY) : products;
}

/** Which keys each query sees; undefined where it is all. */
function visibleOf(
  { along, over, causal }: Attending,
  { query, keys, segments }: Attended<AnyTensor>,
): AnyTensor | undefined {
  const positions = (x: AnyTensor, name: string) => count(dimsOf(x).find((d) => d.name === name)!);
  const past =
    causal &&
    apply("greaterEqual", apply("sub", positions(query, along), positions(keys, over)), 0);
  const own = segments && apply("equal", ...segments);
  return past && own ? apply("and", past, own) : past || own || undefined;
}

/** Weights, some of which are 0 and the others larger for it. */
function dropped(
  attributes: Attending,
  { query, keys, key }: Attended<AnyTensor>,
  weights: AnyTensor,
): AnyTensor {
  if (!key) return weights;
  const { rate } = attributes;
  const dims = scoreDims(attributes, dimsOf(query), dimsOf(keys));
  const kept = apply("greaterEqual", drawn("uniform", key, dims), rate);
  return apply("where", kept, apply("mul", weights, 1 / (1 - rate)), 0);
}
