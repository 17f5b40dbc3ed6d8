import { recompute } from "mtf";
import type { Hidden } from "./model.ts";

/**
 * What enters each block, and last what leaves the final one.
 *
 * @param again whether the gradient computes each block again, in place of holding its values
 */
export function throughBlocks<Block>(
  blocks: readonly Block[],
  first: Hidden,
  through: (x: Hidden, block: Block, layer: number) => Hidden,
  again = false,
): readonly Hidden[] {
  const hidden = [first];
  blocks.forEach((block, i) => {
    const one = (x: Hidden): Hidden => through(x, block, i);
    hidden.push((again ? recompute(one) : one)(hidden[i]!));
  });
  return hidden;
}
