import type { Dimension } from "../dimension.ts";
import { type DenseOptions, type DenseParams, denseParams } from "./dense.ts";
import type { Linear } from "./linear.ts";

/** The parameters of attention: three projections into heads, and one out of them. */
export interface AttentionParams<
  E extends string,
  H extends string,
  K extends string,
  Bias extends boolean,
> {
  readonly query: DenseParams<E, H | K, Bias>;
  readonly key: DenseParams<E, H | K, Bias>;
  readonly value: DenseParams<E, H | K, Bias>;
  readonly out: DenseParams<H | K, E, Bias>;
}

/**
 * The parameters of `selfAttention`, by default without biases.
 *
 * @param kv the dim in which a query is compared with a key
 * @throws MtfError `duplicate-dim`, `unknown-option`
 * @example
 * const params = attentionParams(embd, heads, kv);
 */
export function attentionParams<
  E extends string,
  H extends string,
  K extends string,
  const Bias extends boolean = false,
>(
  features: Dimension<E>,
  heads: Dimension<H>,
  kv: Dimension<K>,
  options: DenseOptions<Bias> = {},
): AttentionParams<E, H, K, Bias> {
  const own = { ...options, bias: options.bias ?? false };
  const into = () => denseParams([features], [heads, kv], own) as never;
  const out = denseParams([heads, kv], [features], own) as never;
  return { query: into(), key: into(), value: into(), out };
}

/** Weights in the place of `AttentionParams`. */
export interface AttentionWeights<P extends string, O extends string> {
  readonly query: Linear<P>;
  readonly key: Linear<NoInfer<P>>;
  readonly value: Linear<NoInfer<P>>;
  readonly out: Linear<O>;
}
