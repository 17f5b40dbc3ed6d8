import type { Dimension } from "../../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { product } from "../../ops/einsum/einsum.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import type { Key } from "../../ops/random/key.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import type { Gating, Router, Seats } from "./gating.ts";
import { present } from "./important.ts";
import { meanWhere } from "./meanWhere.ts";
import { type Noise, noisy } from "./noise.ts";
import { routerZ } from "./routerZ.ts";
import { broughtBack, seatsOf, sentTo, timesHeld } from "./seats.ts";

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
 * given the two are other dims, and `seats.own` gives the weights that belong there
 */
export function throughExperts(
  op: string,
  x: AnyTensor,
  routes: Routes,
  made: (sent: AnyTensor, seats: Seats) => AnyTensor,
): Routed {
  const { tokens, experts, over, places, importance, key, noise } = routes;
  const seen = routes.seen ?? x;
  const clear = noise ? noisy(op, seen, noise, routes) : seen;
  const groups = dimsOf(x).filter((d) => d.name !== tokens.name && d.name !== over);
  const logits = product(clear, routes.weight, [...groups, tokens, experts]) as Tensor<string>;
  const gating: Gating = { logits, tokens, experts, places, importance, key };
  const routing = routes.router(gating);
  const seats = seatsOf(routing, gating, routes.rows);
  const names = groups.map((d) => d.name);
  const back = broughtBack(seats, made(sentTo(seats, x, tokens), seats), tokens, names);
  const times = timesHeld(seats.token, tokens, names);
  const nobody = apply("toFloat32", apply("equal", times, 0));
  const held = reduction("sum", apply("toFloat32", seats.held), groupsOf(seats.held, experts));
  return {
    output: back,
    balance: routing.balance,
    routerZ: routerZ(gating),
    dropped: meanWhere(nobody, present(gating)),
    load: apply("div", held, apply("maximum", reduction("sum", held, [experts.name]), 1)),
  };
}

function groupsOf(held: AnyTensor, experts: Dimension): readonly string[] {
  return (held.names as readonly string[]).filter((name) => name !== experts.name);
}
