import { rewritten } from "../../passes/rewrite.ts";
import { printPlacement } from "../../program/placement.ts";
import { remembered } from "../plan/remembered.ts";
import { type Cut, numberAfter } from "./cut.ts";
import type { Items } from "./items.ts";
import { reach } from "./numbers.ts";
import type { Parts } from "./parts.ts";

/**
 * Whether a program does the same for the blocks before the cut that stand for others, for those before
 * these, and for those after the cut: each with its own values and those of the blocks next to it, and
 * with the same ones of whatever is further away.
 */
export function isSteady(parts: Parts, items: Items, cut: Cut): boolean {
  const numbers = new Map<string, number>();
  const print = (item: number) => printPart(parts, items, cut, item, numbers);
  for (let block = cut.begin - cut.period; block < cut.begin; block++) {
    const own = items.byBlock[block]!;
    for (const other of [block - cut.period, block + cut.period + cut.end - cut.begin]) {
      const others = items.byBlock[other]!;
      if (others.length !== own.length) return false;
      if (own.some((item, i) => print(item) !== print(others[i]!))) return false;
    }
  }
  return true;
}

/** What is written for an item, with values told by where they are from there. */
function printPart(
  { program, all, ofValue }: Parts,
  { blocks, places, kept, short }: Items,
  cut: Cut,
  item: number,
  numbers: Map<string, number>,
): string {
  const part = short[item]!;
  const { begin, end } = all[part]!;
  const block = numberAfter(cut, blocks[item]!);
  const told = (value: number) => {
    const from = kept[ofValue[value]!]!;
    const away = numberAfter(cut, blocks[from]!) - block;
    const near = blocks[from]! >= 0 && Math.abs(away) <= reach;
    const at = value - all[ofValue[value]!]!.begin.values;
    const text = near ? `${away} ${places[from]} ${at}` : `${value}`;
    return remembered(numbers, text, () => numbers.size);
  };
  const values = program.values.slice(begin.values, end.values);
  const instructions = program.instructions.slice(begin.instructions, end.instructions);
  return JSON.stringify([
    values.map(({ placement }) => printPlacement(placement)),
    instructions.map((instruction) => rewritten(instruction, told, told)),
  ]);
}
