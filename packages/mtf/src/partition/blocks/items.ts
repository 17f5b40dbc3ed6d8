import type { Node } from "../../graph/node.ts";
import { isLeftOut } from "./cut.ts";
import type { Shortened } from "./shorten.ts";

/**
 * What a program is written for, one after the other: arguments, nodes and results of the whole function,
 * by number. The short function has the same in the same order without those left out.
 */
export interface Items {
  /** The block of each, -1 for none, and its place among the items of this block. */
  readonly blocks: Int32Array;
  readonly places: Int32Array;
  readonly byBlock: readonly (readonly number[])[];
  /** Of what the short function has, its number in the whole one; and the other way round, -1 for none. */
  readonly kept: readonly number[];
  readonly short: Int32Array;
}

export function itemsOf({ whole: { traced, nodes }, numbers, cut }: Shortened): Items {
  const leaf = ({ tensor }: (typeof traced.inputs)[0]): Node => tensor["~node"];
  const all = [...traced.inputs.map(leaf), ...nodes, ...traced.outputs.map(leaf)];
  const [blocks, places] = [new Int32Array(all.length), new Int32Array(all.length)];
  const short = new Int32Array(all.length).fill(-1);
  const byBlock = Array.from({ length: numbers.count }, (): number[] => []);
  const kept: number[] = [];
  all.forEach((node, item) => {
    const block = numbers.of.get(node) ?? -1;
    blocks[item] = block;
    if (block >= 0) places[item] = byBlock[block]!.push(item) - 1;
    if (!isLeftOut(cut, block)) short[item] = kept.push(item) - 1;
  });
  return { blocks, places, byBlock, kept, short };
}

/** The item of a block that is in the place that another has in its own. */
export function itemIn({ byBlock, places }: Items, block: number, like: number): number {
  return byBlock[block]![places[like]!]!;
}
