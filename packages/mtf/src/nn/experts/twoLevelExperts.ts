import { functionArgument, optionsArgument } from "../../arguments.ts";
import { type Dimension, elements, printDims } from "../../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, newDim, tensorArgument } from "../../ops/check.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { relu } from "../../ops/elementwise/functions.ts";
import { fold, keyArgument } from "../../ops/random/key.ts";
import { reshaped } from "../../ops/reshape/reshape.ts";
import type { Router } from "./gating.ts";
import { between, type Mixture, type MixtureOptions } from "./mixtureOfExperts.ts";
import { network, weightsArgument } from "./network.ts";
import { type Routed, throughExperts } from "./throughExperts.ts";

/** The weights of experts in groups. */
export interface TwoLevelWeights<
  R extends string,
  I extends string,
  U extends string,
  D extends string,
> {
  /** From features to groups of experts, such as [embd, pod]. */
  readonly router: Tensor<R>;
  /** From features to the experts of each group, such as [pod, embd, expert]. */
  readonly inner: Tensor<I>;
  /** Such as [pod, expert, embd, ff]. */
  readonly up: Tensor<U>;
  readonly gate?: Tensor<NoInfer<U>> | undefined;
  /** Such as [pod, expert, ff, embd]. */
  readonly down: Tensor<D>;
}

/** How tokens find their expert within a group of experts. */
export interface InnerRoutes {
  readonly router: Router;
  /** As what tokens are given places: everything that a group of experts has, or a part of it. */
  readonly tokens: Dimension;
  /** The parts, where there are several: as long as what there is over `tokens`. */
  readonly groups?: Dimension | undefined;
  readonly places: Dimension;
}

/** How tokens find a group of experts, and there their expert. */
export interface TwoLevelOptions<A extends string>
  extends Omit<MixtureOptions<A>, "places" | "rows" | "noise" | "seen"> {
  /** The places that each group of experts has. */
  readonly places: Dimension;
  readonly inner: InnerRoutes;
}

const known = ["router", "tokens", "places", "importance", "key", "activation", "inner"];

/**
 * Experts in groups: a router sends tokens to groups of experts, and a router of each group sends what
 * comes to its experts. What came as a second choice is sent to one expert only. Where groups of experts
 * are split over one axis and their experts over another, so are both all-to-alls.
 *
 * @param x such as [batch, length, embd]
 * @returns as `mixtureOfExperts`: `balance` and `routerZ` are the sums of both levels, `dropped` and
 * `load` those of the first
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch`, `dtype-mismatch`, `unknown-option`
 * @example
 * twoLevelExperts(x, pods, {
 *   ...{ router: top2Router(), tokens: "length", places: dimension("place", 64) },
 *   inner: { router: top2Router(), tokens: dimension("arrival", 512), places: dimension("seat", 80) },
 * });
 */
export function twoLevelExperts<
  A extends string,
  R extends string,
  I extends string,
  U extends string,
  D extends string,
>(
  x: Tensor<A>,
  params: TwoLevelWeights<R, I, U, D>,
  options: TwoLevelOptions<A>,
): Mixture<Exclude<A, R> | Exclude<D, Exclude<U, A>>> {
  const op = "twoLevelExperts";
  const from = tensorArgument(op, "x", x, ["float32"]);
  const weights = weightsArgument(op, params, ["router", "inner", "up", "down"]);
  optionsArgument(op, "options", options, known);
  const { router, key, activation = relu, inner, importance } = options;
  optionsArgument(op, "options.inner", inner, ["router", "tokens", "groups", "places"]);
  functionArgument(op, "options.router", router);
  functionArgument(op, "options.inner.router", inner.router);
  functionArgument(op, "options.activation", activation);
  if (key !== undefined) keyArgument(op, key);
  const { over, experts } = between(op, from, weights.router);
  const last = dimsOf(weights.inner).filter((d) => d.name !== over && d.name !== experts.name);
  const tokens = newDim(op, "options.inner.tokens", inner.tokens);
  const groups = inner.groups ? [newDim(op, "options.inner.groups", inner.groups)] : [];
  let second: Routed | undefined;
  const first = throughExperts(
    op,
    from,
    {
      ...{ router, weight: weights.router, over, experts },
      key: key && fold(key, "outer"),
      tokens: namedDim(op, "options.tokens", from, options.tokens),
      places: newDim(op, "options.places", options.places),
      importance: importance && tensorArgument(op, "options.importance", importance, ["float32"]),
    },
    (sent, { weight }) => {
      const old = dimsOf(sent).filter((d) => d.name !== experts.name && d.name !== over);
      const made = [...groups, tokens];
      if (elements(old) !== elements(made)) throw unequal(op, sent, old, made);
      const names = old.map((d) => d.name);
      const routes = {
        ...{ router: inner.router, weight: weights.inner, over, tokens, experts: last[0]! },
        key: key && fold(key, "inner"),
        places: newDim(op, "options.inner.places", inner.places),
        importance: reshaped(rankOf(weight), names, made),
      };
      second = throughExperts(op, reshaped(sent, names, made), routes, (given, { own }) =>
        network(given, over, weights, own, activation),
      );
      return reshaped(
        second.output,
        made.map((d) => d.name),
        old,
      );
    },
  );
  const sum = (of: "balance" | "routerZ") => apply("add", first[of], second![of]);
  return { ...first, balance: sum("balance"), routerZ: sum("routerZ") } as never;
}

/** 1 for a token that came by its first choice, 0.5 by its second, 0 for nobody. */
function rankOf(weight: AnyTensor): AnyTensor {
  const above = (least: number) => apply("toFloat32", apply("greater", weight, least));
  return apply("mul", apply("add", above(0.5), above(0)), 0.5);
}

function unequal(
  op: string,
  sent: AnyTensor,
  old: readonly Dimension[],
  made: readonly Dimension[],
) {
  const sentence = `${op}: [${printDims(old)}] are ${elements(old)} tokens for each group of experts, and [${printDims(made)}] are ${elements(made)}.`;
  return misuse("size-mismatch", sentence, { sent }, [`${elements(old)} of 'inner.tokens'`]);
}
