import { and, equal, rename, type Tensor } from "mtf";
import { causal } from "mtf/nn";
import type { AttentionType, Config } from "../config/index.ts";
import type { Dims } from "./dims.ts";
import type { ForwardOptions } from "./model.ts";

/** Where a position of each row may look. */
export type Visible = Tensor<"batch" | "length" | "memory_length", "bool">;

/**
 * Where positions may look in a layer of each kind: at themselves and what was before, or, in local
 * layers, at themselves and the `window_size - 1` before; and of that at what may be attended to, and at
 * their own document.
 */
export function visibility(
  config: Config,
  dims: Dims,
  { attended, documents }: ForwardOptions,
): (kind: AttentionType) => Visible {
  const { length, memory_length } = dims;
  const global = causal(length, memory_length);
  const masks = { global, local: causal(length, memory_length, config.window_size) };
  const own = documents && equal(documents, rename(documents, "length", "memory_length"));
  return (kind) => {
    const mask = masks[kind];
    if (own) return attended ? and(and(mask, own), attended) : and(mask, own);
    // A mask of all rows is one of each.
    return (attended ? and(mask, attended) : mask) as Visible;
  };
}
