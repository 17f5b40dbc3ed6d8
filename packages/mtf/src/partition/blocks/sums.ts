import { busySeconds } from "../../cost/busySeconds.ts";
import type { Node } from "../../graph/node.ts";
import type { Compute, Instruction, Program } from "../../program/program.ts";
import type { Shaped } from "../../program/transfer.ts";
import type { Written } from "../write.ts";
import { addsUp } from "./addsUp.ts";
import { numberAfter } from "./cut.ts";
import { type Items, itemIn } from "./items.ts";
import { lengthened } from "./lengthen.ts";
import type { Shortened } from "./shorten.ts";

/** Whether an instruction adds up its operands, however many. */
export function isTotal(instruction: Instruction): instruction is Compute {
  if (instruction.kind !== "compute" || instruction.op.kind !== "elementwise") return false;
  return addsUp(instruction.op.attributes);
}

export function total(compute: Compute, operands: readonly number[]): Compute {
  const attributes = { fn: "add", scalars: operands.map(() => null) } as const;
  return { ...compute, op: { kind: "elementwise", attributes }, operands };
}

/** Whether sums over all blocks have their terms in the order of these. */
export function sumsAreLonger({ whole, cut, numbers }: Shortened, items: Items): boolean {
  const { nodes, traced } = whole;
  const readers = nodes.filter((node) => !numbers.of.has(node));
  const sources = new Set(readers.flatMap(({ operands }) => operands.map((x) => x["~node"])));
  const numberOf = new Map<Node, number>();
  for (const [i, { tensor }] of traced.inputs.entries()) numberOf.set(tensor["~node"], i);
  for (const [i, node] of nodes.entries()) {
    if (sources.has(node)) numberOf.set(node, traced.inputs.length + i);
  }
  return readers.every((node) => {
    const read = node.operands.map((operand) => numberOf.get(operand["~node"])!);
    const kept = read.filter((item) => items.short[item]! >= 0);
    if (kept.length === read.length) return true;
    const blockOf = (item: number) => numberAfter(cut, items.blocks[item]!);
    const all = lengthened(kept, cut, blockOf);
    if (all?.length !== read.length) return false;
    return all.every(({ item, further }, i) => {
      return read[i] === (further > 0 ? itemIn(items, items.blocks[item]! + further, item) : item);
    });
  });
}

/** A sum of all blocks' terms, in the short program and in the whole one. */
export interface Longer {
  readonly before: Compute;
  readonly after: Compute;
}

/** What was chosen, with what it costs to add up more terms. */
export function withLonger(written: Written, short: Program, longer: readonly Longer[]): Written {
  const { program, plan } = written;
  const { machine } = plan.answers;
  const times = new Map<Shaped, number>();
  for (const { before, after } of longer) {
    const ratio = busySeconds(program, after, machine) / busySeconds(short, before, machine);
    times.set(program.values[after.results[0]!]!, ratio);
  }
  let more = 0;
  const choices = written.choices.map((choice) => {
    const ratio = times.get(choice.results[0]!.shaped);
    if (ratio === undefined) return choice;
    more += (ratio - 1) * choice.work;
    return { ...choice, work: ratio * choice.work };
  });
  return { ...written, choices, work: written.work + more, cost: written.cost + more };
}
