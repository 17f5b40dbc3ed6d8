import type { MachineModel } from "../cost/machineModel.ts";
import { secondsAlone } from "../cost/secondsAlone.ts";
import type { Node } from "../graph/node.ts";
import { typeOf } from "../graph/tensor.ts";
import { partitionOf } from "../ops/partitionOf.ts";
import type { Partition } from "../ops/rule.ts";
import { remembered } from "./plan/remembered.ts";
import { type Types, typeNumber } from "./types.ts";

/** What matters of a node for splitting its work, wherever its operands lie. */
export interface Facts {
  readonly partition: Partition;
  /** Dims that a device must hold whole, or that one exchange cuts. */
  readonly whole: ReadonlySet<string>;
  /** Seconds that one device alone would need for the whole op. */
  readonly seconds: number;
  /** The same number for nodes that are split alike wherever what they read and make lies alike. */
  readonly shape: number;
}

/** @param shapes numbers for the texts of nodes that are alike */
export function factsOf(
  node: Node,
  machine: MachineModel,
  types: Types,
  shapes: Map<string, number>,
): Facts {
  const partition = partitionOf(node);
  const seconds = secondsAlone(node, machine);
  const { even, alias, combine } = partition;
  const whole = wholeDims(partition);
  let text = `${node.kind} ${combine} ${seconds}`;
  for (const operand of node.operands) text += `;${typeNumber(types, typeOf(operand))}`;
  for (const result of node.results) text += `>${typeNumber(types, result)}`;
  for (const dim of whole) text += `!${dim}`;
  if (even) text += `%${even.dim}:${even.sizes}`;
  if (alias) text += `=${Object.entries(alias)}`;
  return {
    partition,
    whole,
    seconds,
    shape: remembered(shapes, text, () => shapes.size),
  };
}

/** Most ops have none. */
const none: ReadonlySet<string> = new Set();

function wholeDims({ whole, move, windows }: Partition): ReadonlySet<string> {
  if (!whole && !move && windows === undefined) return none;
  const all = new Set(whole);
  if (move) all.add(move.dim);
  if (windows !== undefined) all.add(windows);
  return all;
}
