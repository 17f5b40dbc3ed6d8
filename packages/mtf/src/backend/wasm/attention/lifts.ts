import type { Attending } from "../../../graph/kinds.ts";
import type { Extent } from "../../slices/walk.ts";
import type { Context } from "../context.ts";
import { type Block, type Loop, rowsOf } from "./loop.ts";

/** Goes over a block's products at `x`, and what of a bias that begins at `at` is added to them. */
type Over = (at: number | undefined, x: number, turn: number, block: Block, keys: number) => void;

/** A bias in a block's products. */
export interface Lifts {
  /** Adds it. */
  readonly lift: Over;
  /** Adds the products' gradients to its own. */
  readonly gather: Over;
}

/** @param bias with `over` last if it has that; undefined where nothing is added */
export function liftsIn(
  { kernels }: Context,
  loop: Loop,
  { along, over }: Attending,
  bias: readonly Extent[] | undefined,
): Lifts {
  if (!bias) return { lift: () => {}, gather: () => {} };
  const { start, step } = rowsOf(loop, bias, along);
  const each = Number(bias.some(({ name }) => name === over));
  const by =
    (kernel: (...numbers: number[]) => unknown): Over =>
    (at, x, turn, { begin, rows }, keys) => {
      const first = at! + start[turn]! + 4 * begin * step;
      kernel(x, 4 * loop.step, rows, keys, first, 4 * step, each);
    };
  const { lift, gatherLifts } = kernels.attention;
  return { lift: by(lift!), gather: by(gatherLifts!) };
}
