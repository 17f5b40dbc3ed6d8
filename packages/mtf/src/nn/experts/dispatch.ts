import { functionArgument, optionsArgument } from "../../arguments.ts";
import type { Dimension } from "../../dimension.ts";
import type { AnyTensor, Scalar, Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../../ops/check.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { encoded } from "../../ops/oneHot/oneHot.ts";
import type { Gating, Router } from "./gating.ts";
import { routerZ } from "./routerZ.ts";
import { seatsOf } from "./seats.ts";

/** Where tokens go, as tensors to multiply by: [… groups, tokens, experts, places]. */
export interface Dispatched<A extends string> {
  /** 1 where a token has a place at an expert, else 0. */
  readonly sent: Tensor<A>;
  /** What the expert's result at the place is multiplied by for the token, else 0. */
  readonly weighted: Tensor<A>;
  /** A scalar that is smallest where experts are used alike. */
  readonly balance: Scalar;
  /** The mean square of log Σ exp of the logits: a little of it keeps them near 0. */
  readonly routerZ: Scalar;
}

/** How well tokens and experts go together, and the places that there are. */
export interface DispatchedGating<A extends string, P extends string>
  extends Omit<Gating, "logits" | "places"> {
  readonly logits: Tensor<A>;
  readonly places: Dimension<P>;
}

const known = ["logits", "tokens", "experts", "places", "importance", "key"];

/**
 * Where a router sends tokens, for experts that are no feed-forward networks: `mixtureOfExperts` has
 * these. An einsum with `sent` takes tokens to their places, and one with `weighted` brings results back.
 *
 * @param router `top2Router()`, `switchRouter()` or another
 * @param gating how well tokens and experts go together; `places` must be given
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * const { sent } = dispatch(top2Router(), { logits: fit, tokens: length, experts: expert, places });
 * einsum(x, sent, "batch", "expert", "place", "embd"); // what each expert gets of [batch, length, embd]
 */
export function dispatch<A extends string, P extends string>(
  router: Router,
  gating: DispatchedGating<A, P>,
): Dispatched<A | P> {
  const op = "dispatch";
  functionArgument(op, "router", router);
  optionsArgument(op, "gating", gating, known);
  const logits: AnyTensor = tensorArgument(op, "gating.logits", gating.logits, ["float32"]);
  const tokens = namedDim(op, "gating.tokens", logits, gating.tokens);
  namedDim(op, "gating.experts", logits, gating.experts);
  if (!gating.places) {
    const advice = ['{ …gating, places: dimension("place", expertCapacity(…)) }'];
    throw misuse("bad-argument", `${op}: 'gating.places' says how many there are.`, {}, advice);
  }
  const own = { ...gating, logits } as Gating;
  const routing = router(own);
  const { token, weight } = seatsOf(routing, own, undefined);
  const sent = encoded(token, tokens, "float32");
  const weighted = apply("mul", sent, weight);
  return { sent, weighted, balance: routing.balance, routerZ: routerZ(own) } as never;
}
