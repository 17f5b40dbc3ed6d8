import { and, equal, rename, type Tensor } from "mtf";
import { causal } from "mtf/nn";
import type { AttentionType, Config } from "../config/index.ts";
import type { Dims } from "./dims.ts";
import type { ForwardOptions } from "./model.ts";

/** Where a position of each row may look. */
export type Visible = Tensor<"batch" | "length" | "memory_length", "bool">;

/** Where positions of every row may look. */
export interface Masks {
  /** In a layer of a kind; undefined is everywhere. */
  readonly of: (kind: AttentionType) => Tensor<"length" | "memory_length", "bool"> | undefined;
  /** Whether what comes later is hidden, in layers of all kinds. */
  readonly causal: boolean;
  /** How far positions see in local layers, besides themselves. */
  readonly near: Reach;
}

export interface Reach {
  readonly back: number;
  readonly ahead: number;
}

/**
 * Positions look at themselves and what was before, or, in local layers, at themselves and the
 * `window_size - 1` before.
 */
export function causalMasks({ window_size }: Config, { length, memory_length }: Dims): Masks {
  const all = causal(length, memory_length);
  const near = causal(length, memory_length, window_size);
  return {
    of: (kind) => (kind === "local" ? near : all),
    causal: true,
    near: { back: window_size - 1, ahead: 0 },
  };
}

/** Where positions of each row may look: of what masks show, at what may be attended to and is of their own document. */
export function visibility(
  masks: Masks,
  { attended, documents }: ForwardOptions,
): (kind: AttentionType) => Visible | undefined {
  const own = documents && equal(documents, rename(documents, "length", "memory_length"));
  return (kind) => {
    const given = [masks.of(kind), own, attended].filter((mask) => mask !== undefined);
    if (given.length === 0) return undefined;
    // A mask of all rows is one of each.
    return given.reduce((all, one) => and(all as Visible, one as Visible)) as Visible;
  };
}
