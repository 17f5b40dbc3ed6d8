import type { Dimension } from "../../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { product } from "../../ops/einsum/product.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { rowsOf } from "../../ops/gather/gather.ts";
import type { Key } from "../../ops/random/key.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import { renamed } from "../../ops/rename/rename.ts";
import type { Gating, Router } from "./gating.ts";
import { present } from "./important.ts";
import { meanWhere } from "./meanWhere.ts";
import { type Noise, noisy } from "./noise.ts";
import { routerZ } from "./routerZ.ts";
import { broughtBack, seatsOf, sentTo, timesHeld } from "./seats.ts";

/**
 * What experts are called while tokens look for them: no dim of a user's, so no rule splits it. Places
 * lie as their tokens do until these move to their experts.
 */
const unsplit = "~expert";

/** Which tokens there are, and how they find their experts. */
export interface Routes {
  readonly router: Router;
  /** What tokens are multiplied by for their logits: [over, experts], and dims of the tokens. */
  readonly weight: AnyTensor;
  readonly tokens: Dimension;
  readonly experts: Dimension;
  /** The dim of features. */
  readonly over: string;
  readonly places?: Dimension | undefined;
  readonly rows?: number | undefined;
  readonly importance?: AnyTensor | undefined;
  readonly noise?: Noise | undefined;
  readonly seen?: AnyTensor | undefined;
  readonly key?: Key | undefined;
}

/** What experts know of what they are sent. */
export interface AtExperts {
  /** Of weights of all experts those of the expert that has what is sent. */
  readonly own: (weights: AnyTensor) => AnyTensor;
  /** What their results will be multiplied by. */
  readonly weight: AnyTensor;
}

/** What comes of tokens that went through experts. */
export interface Routed {
  readonly output: AnyTensor;
  readonly balance: AnyTensor;
  readonly routerZ: AnyTensor;
  readonly dropped: AnyTensor;
  readonly load: AnyTensor;
}

/**
 * Tokens to their places, what experts make of them there, and back.
 *
 * @param made what the experts make of [… groups, experts, places, over]; where no number of places is
 * given the two are other dims, and `own` gives the weights that belong there
 */
export function throughExperts(
  op: string,
  x: AnyTensor,
  routes: Routes,
  made: (sent: AnyTensor, at: AtExperts) => AnyTensor,
): Routed {
  const { router, tokens, experts, over, places, rows, importance, noise, key } = routes;
  const seen = routes.seen ?? x;
  const clear = noise ? noisy(op, seen, noise, routes) : seen;
  const groups = dimsOf(x).filter((d) => d.name !== tokens.name && d.name !== over);
  const own = { name: unsplit, size: experts.size };
  const weight = renamed(routes.weight, experts.name, unsplit);
  const logits = product(clear, weight, [...groups, tokens, own]) as Tensor<string>;
  const gating: Gating = { logits, tokens, experts: own, places, importance, key };
  const routing = router(gating);
  const seats = seatsOf(routing, gating, rows);
  const moved = (y: AnyTensor, from: string, to: string) =>
    y.names.includes(from) ? renamed(y, from, to) : y;
  const there = (y: AnyTensor) => moved(y, unsplit, experts.name);
  const names = groups.map((d) => d.name);
  const { owner } = seats;
  const result = made(there(sentTo(seats, x, tokens)), {
    weight: there(seats.weight),
    own: (weights) => (owner ? rowsOf(weights, owner, experts.name) : weights),
  });
  const back = broughtBack(seats, moved(result, experts.name, unsplit), x, routes);
  const nobody = apply("equal", timesHeld(seats.token, tokens, names), 0);
  const held = reduction("sum", apply("toFloat32", seats.held), names);
  const load = apply("div", held, apply("maximum", reduction("sum", held, [unsplit]), 1));
  return {
    output: back,
    balance: routing.balance,
    routerZ: routerZ(gating),
    dropped: meanWhere(apply("toFloat32", nobody), present(gating)),
    load: there(load),
  };
}
