import { countArgument, functionArgument, optionsArgument } from "../../arguments.ts";
import type { Dimension, Select } from "../../dimension.ts";
import { type AnyTensor, dimsOf, type Scalar, type Tensor } from "../../graph/tensor.ts";
import { hasDim, misuse, namedDim, newDim, requireFree, tensorArgument } from "../../ops/check.ts";
import { relu } from "../../ops/elementwise/functions.ts";
import { type Key, keyArgument } from "../../ops/random/key.ts";
import type { Activation } from "../linear.ts";
import type { Router } from "./gating.ts";
import { network, weightsArgument } from "./network.ts";
import { type Noise, noiseArgument } from "./noise.ts";
import { throughExperts } from "./throughExperts.ts";

/** The weights of a mixture of experts, each a feed-forward network of one inner layer. */
export interface ExpertWeights<R extends string, U extends string, D extends string> {
  /** From features to experts, such as [embd, expert]. */
  readonly router: Tensor<R>;
  /** From features to the inner layer of each expert, such as [expert, embd, ff]. */
  readonly up: Tensor<U>;
  /** As `up`: the inner layer is its activation times what `up` gives, without another. */
  readonly gate?: Tensor<NoInfer<U>> | undefined;
  /** Back again, such as [expert, ff, embd]. */
  readonly down: Tensor<D>;
}

/** How tokens find their experts. */
export interface MixtureOptions<A extends string> {
  /** Who chooses whom: `top2Router()`, `switchRouter()` and others. */
  readonly router: Router;
  /** The dim of tokens. The other dims of x are groups, in each of which tokens are given places. */
  readonly tokens: Select<A>;
  /**
   * How many places each expert has in a group, with the name of the dim that they get. Tokens that
   * find none go on as 0. Where it is left out there is a place for everybody.
   */
  readonly places?: Dimension | undefined;
  /** How many rows a block has in which an expert computes where `places` is left out. */
  readonly rows?: number | undefined;
  /** For each token 1, or 0 if it goes nowhere, such as padding. */
  // biome-ignore lint/suspicious/noExplicitAny: any of the dims of x
  readonly importance?: Tensor<any> | undefined;
  /** What training does to what the router sees. */
  readonly noise?: Noise | undefined;
  /** What the router sees in place of x, such as the tokens' embeddings. */
  readonly seen?: Tensor<NoInfer<A>> | undefined;
  /** What is drawn from, where something is. */
  readonly key?: Key | undefined;
  /** Of the inner layer; `relu` by default. */
  readonly activation?: Activation | undefined;
}

/** What a mixture of experts gives beside its output: scalars to train by and to look at. */
export interface Mixture<Names extends string> {
  readonly output: Tensor<Names>;
  /** How unevenly experts are used, 1 where alike: a little of it is added to the loss. */
  readonly balance: Scalar;
  /** The mean square of log Σ exp of the router's logits: a little of it keeps them near 0. */
  readonly routerZ: Scalar;
  /** The part of the tokens that found no place. */
  readonly dropped: Scalar;
  /** The part of the tokens that each expert computes. */
  // biome-ignore lint/suspicious/noExplicitAny: the dim of experts
  readonly load: Tensor<any>;
}

const known = [
  ...["router", "tokens", "places", "rows", "importance", "noise", "seen", "key", "activation"],
];

/**
 * Feed-forward networks of which each token goes through a few (Shazeer and others, 2017). A router
 * chooses; each expert has a number of places for tokens of each group, and what it makes of a token is
 * multiplied by the token's gate.
 *
 * Where groups and experts are split over the same axis, tokens move to their experts in one
 * all-to-all, and back in another. A group has its places for itself, so the numbers do not depend on
 * how groups are split.
 *
 * @param x such as [batch, length, embd]
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch`, `dtype-mismatch`, `bad-argument`,
 * `unknown-option`
 * @example
 * const { output, balance } = mixtureOfExperts(x, initialValues(k, expertParams(embd, expert, ff)), {
 *   ...{ router: top2Router(), tokens: "length", places: dimension("place", 32) },
 * });
 * const loss = add(error, mul(balance, 0.01));
 */
export function mixtureOfExperts<
  A extends string,
  R extends string,
  U extends string,
  D extends string,
>(
  x: Tensor<A>,
  params: ExpertWeights<R, U, D>,
  options: MixtureOptions<A>,
): Mixture<Exclude<A, R> | Exclude<D, Exclude<U, A>>> {
  const op = "mixtureOfExperts";
  const from = tensorArgument(op, "x", x, ["float32"]);
  const weights = weightsArgument(op, params, ["router", "up", "down"]);
  optionsArgument(op, "options", options, known);
  const { router, rows, noise, key, activation = relu } = options;
  functionArgument(op, "options.router", router);
  functionArgument(op, "options.activation", activation);
  if (rows !== undefined) countArgument(op, "options.rows", rows, 1);
  if (noise !== undefined) noiseArgument(op, noise);
  if (key !== undefined) keyArgument(op, key);
  const places = placesArgument(op, from, options.places);
  const { over, experts } = between(op, from, weights.router);
  const optional = (argument: string, value: unknown) =>
    value === undefined ? undefined : tensorArgument(op, argument, value, ["float32"]);
  const routed = throughExperts(
    op,
    from,
    {
      ...{ router, weight: weights.router, over, experts, places, rows, noise, key },
      tokens: namedDim(op, "options.tokens", from, options.tokens),
      importance: optional("options.importance", options.importance),
      seen: optional("options.seen", options.seen),
    },
    (sent, { own }) => network(sent, over, weights, own, activation),
  );
  return routed as never;
}

/** From which dim to which a router's weight leads. */
export function between(
  op: string,
  x: AnyTensor,
  router: AnyTensor,
): { readonly over: string; readonly experts: Dimension } {
  const shared = dimsOf(router).filter((d) => hasDim(x, d.name));
  const fresh = dimsOf(router).filter((d) => !hasDim(x, d.name));
  if (shared.length === 1 && fresh.length === 1) {
    return { over: shared[0]!.name, experts: fresh[0]! };
  }
  const sentence = `${op}: 'params.router' leads from one dim of x to one that x lacks, and has [${router.names.join(", ")}].`;
  throw misuse("missing-dim", sentence, { x, router });
}

function placesArgument(op: string, x: AnyTensor, places: unknown): Dimension | undefined {
  if (places === undefined) return undefined;
  const dim = newDim(op, "options.places", places);
  requireFree(op, x, dim.name);
  return dim;
}
