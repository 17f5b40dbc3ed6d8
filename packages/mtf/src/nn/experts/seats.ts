import type { Dimension } from "../../dimension.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { spread } from "../../ops/broadcast/broadcast.ts";
import { hasDim } from "../../ops/check.ts";
import { filled } from "../../ops/constant/constant.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { addRows, rowsOf } from "../../ops/gather/gather.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import { inBlocks } from "./blocks.ts";
import type { Assignment, ExpertsChoose, Gating, Seats, TokensChoose } from "./gating.ts";
import { queue } from "./queue.ts";

/** Who has which place: those that are free, or one for everybody where their number is not given. */
export function seatsOf(
  routing: TokensChoose | ExpertsChoose,
  gating: Gating,
  block: number | undefined,
): Seats {
  const { places } = gating;
  if (routing.by === "tokens" && !places) return inBlocks(routing, gating, block);
  const { token, weight } =
    routing.by === "tokens" ? queue(routing, gating, places!) : byExpert(routing, gating);
  const taken = apply("toInt32", apply("greaterEqual", token, 0));
  return { token, weight, held: reduction("sum", taken, [places!.name]) };
}

/** The dim of experts first: what one of them multiplies then lies together. */
function byExpert({ assignment }: ExpertsChoose, { experts }: Gating): Assignment {
  const { token, weight } = assignment;
  const dims = [experts, ...dimsOf(token).filter((d) => d.name !== experts.name)];
  return { token: spread(token, dims), weight: spread(weight, dims) };
}

/** The tokens at their places: [… groups, tokens, features] to [experts, … groups, places, features]. */
export function sentTo({ token }: Assignment, x: AnyTensor, tokens: Dimension): AnyTensor {
  return rowsOf(x, token, tokens.name);
}

/** What experts made of tokens, weighted, where these were in x; summed where there are several. */
export function broughtBack(
  { token, weight }: Assignment,
  made: AnyTensor,
  x: AnyTensor,
  { tokens, over }: { readonly tokens: Dimension; readonly over: string },
): AnyTensor {
  const fresh = dimsOf(made).filter((d) => !hasDim(token, d.name));
  const dims = dimsOf(x).flatMap((d) => (d.name === over ? fresh : [d]));
  const groups = dimsOf(x).filter((d) => d.name !== tokens.name && d.name !== over);
  const apart = groups.map((d) => d.name);
  return spread(addRows(apply("mul", made, weight), token, tokens, apart), dims);
}

/** How many places each token has: [… groups, tokens]. */
export function timesHeld(
  token: AnyTensor,
  tokens: Dimension,
  groups: readonly string[],
): AnyTensor {
  return addRows(filled(1, dimsOf(token), "float32"), token, tokens, groups);
}
