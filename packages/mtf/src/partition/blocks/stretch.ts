import { rewritten } from "../../passes/rewrite.ts";
import {
  type Compute,
  type Instruction,
  type Program,
  readsOf,
  type Value,
} from "../../program/program.ts";
import type { Written } from "../write.ts";
import { isLeftOut, likeOf, numberAfter, standsFor } from "./cut.ts";
import { itemIn, itemsOf } from "./items.ts";
import { lengthened } from "./lengthen.ts";
import { reach } from "./numbers.ts";
import { partsOf } from "./parts.ts";
import type { Shortened } from "./shorten.ts";
import { isSteady } from "./steady.ts";
import { isTotal, type Longer, sumsAreLonger, total, withLonger } from "./sums.ts";

/**
 * The program of a whole function by that of the one without some blocks of its model: for a block left
 * out it has what it has for its like before the cut, with the values of that block. Nothing where it
 * does not do the same from block to block around the cut, or where what reads all blocks does more than
 * add them up.
 */
export function stretched(written: Written, short: Shortened): Written | undefined {
  const { cut, whole } = short;
  const items = itemsOf(short);
  const parts = partsOf(written);
  if (!isSteady(parts, items, cut) || !sumsAreLonger(short, items)) return undefined;
  const { blocks, kept } = items;
  const { program, all, ofValue } = parts;
  const values: Value[] = [];
  const instructions: Instruction[] = [];
  const longer: Longer[] = [];
  /** Where the values begin that are made for each item. */
  const begins: number[] = [];
  /** The block that each item of the short program is of, numbered without those left out; -1 for none. */
  const numbered = Int32Array.from(kept, (item) => numberAfter(cut, blocks[item]!));
  const blockOf = (value: number) => numbered[ofValue[value]!]!;
  let inOrder = true;
  const valueFor = (item: number, value: number) => {
    if (item >= begins.length) inOrder = false;
    return begins[item]! + value - all[ofValue[value]!]!.begin.values;
  };
  /** What an item reads in place of a value that its like in the short program reads. */
  const readBy = (item: number, like: number) => {
    const own = numbered[items.short[like]!]!;
    return (value: number) => {
      const from = kept[ofValue[value]!]!;
      if (from === like) return valueFor(item, value);
      const away = blockOf(value) - own;
      const near = own >= 0 && blockOf(value) >= 0 && Math.abs(away) <= reach;
      return valueFor(near ? itemIn(items, blocks[item]! + away, from) : from, value);
    };
  };
  /** The item of the short program that an item is written after. */
  const likeFor = (item: number) => {
    const block = blocks[item]!;
    return isLeftOut(cut, block) ? itemIn(items, likeOf(cut, block), item) : item;
  };
  for (const [item, block] of blocks.entries()) {
    const like = likeFor(item);
    const { begin, end } = all[items.short[like]!]!;
    begins.push(values.length);
    for (let i = begin.values; i < end.values; i++) values.push(program.values[i]!);
    const read = readBy(item, like);
    for (let i = begin.instructions; i < end.instructions; i++) {
      const instruction = program.instructions[i]!;
      const ofAll = block < 0 && readsOf(instruction).some((v) => standsFor(cut, blockOf(v)));
      if (!ofAll) {
        instructions.push(rewritten(instruction, read, read));
        continue;
      }
      const terms = isTotal(instruction) && lengthened(instruction.operands, cut, blockOf);
      if (!terms) return undefined;
      const operands = terms.map(({ item: value, further }) => {
        if (further === 0) return read(value);
        const from = kept[ofValue[value]!]!;
        return valueFor(itemIn(items, blocks[from]! + further, from), value);
      });
      instructions.push(total(rewritten(instruction, read, read) as Compute, operands));
      longer.push({ before: instruction, after: instructions.at(-1) as Compute });
    }
  }
  const { inputs, outputs } = whole.traced;
  const first = blocks.length - outputs.length;
  const made: Program = {
    ...program,
    values,
    inputs: inputs.map(({ path }, item) => {
      const donated = whole.donated.has(path.split("/")[0]!);
      return { path, value: begins[item]!, donated };
    }),
    outputs: outputs.map(({ path }, i) => {
      const item = first + i;
      const like = likeFor(item);
      const { value } =
        program.outputs[items.short[like]! - (kept.length - program.outputs.length)]!;
      return { path, value: readBy(item, like)(value) };
    }),
    instructions,
  };
  if (!inOrder) return undefined;
  return withLonger({ ...written, program: made }, program, longer);
}
