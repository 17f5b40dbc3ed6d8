import type { Dimension } from "../../dimension.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { spread } from "../../ops/broadcast/broadcast.ts";
import { padded } from "../../ops/pad/pad.ts";
import { largest } from "../../ops/topK/topK.ts";
import type { Assignment } from "./gating.ts";

/** The tokens with the largest gates of each expert have its places, the largest first. */
export function largestPlaces(gates: AnyTensor, tokens: Dimension, places: Dimension): Assignment {
  const filled = { name: places.name, size: Math.min(places.size, tokens.size) };
  // Places behind groups, as tokens that queue have them.
  const others = dimsOf(gates).filter((d) => d.name !== tokens.name);
  const { values, indices } = largest(spread(gates, [...others, tokens]), tokens.name, filled);
  if (filled.size === places.size) return { token: indices, weight: values };
  return {
    token: padded(indices, places.name, 0, places.size, -1),
    weight: padded(values, places.name, 0, places.size, 0),
  };
}
