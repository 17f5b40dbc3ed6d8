import type { Node } from "../../graph/node.ts";
import type { End } from "../../graph/tensor.ts";
import { newPlacements, numberOf, type Placements } from "../placements.ts";
import { sequences } from "../plan/sequences.ts";
import type { Subject } from "../subject.ts";
import { sameNode } from "./likeness.ts";
import type { BlockNumbers } from "./numbers.ts";

/** The nodes of each block, in order; arguments come first. */
export type BlockNodes = readonly (readonly Node[])[];

export function nodesByBlock({ traced, nodes }: Subject, numbers: BlockNumbers): BlockNodes {
  const blocks = Array.from({ length: numbers.count }, (): Node[] => []);
  const given = traced.inputs.map(({ tensor }) => tensor["~node"]);
  for (const node of [...given, ...nodes]) {
    const number = numbers.of.get(node);
    if (number !== undefined) blocks[number]!.push(node);
  }
  return blocks;
}

/**
 * Tells whether two blocks are alike: nodes do the same, of the same lines and passes, and read each
 * other, blocks before and after and what belongs to no block in the same way; arguments and results
 * rest alike.
 */
export function alikeAmong(
  subject: Subject,
  numbers: BlockNumbers,
  blocks: BlockNodes,
): (a: number, b: number) => boolean {
  const places = new Map<Node, number>();
  for (const nodes of blocks) {
    nodes.forEach((node, place) => {
      places.set(node, place);
    });
  }
  const beside = besidesBlocks(subject, numbers);
  return (a, b) => {
    const sameOperand = (x: End, y: End): boolean => {
      const [own, other] = [x["~node"], y["~node"]];
      if (x["~result"] !== y["~result"]) return false;
      const block = numbers.of.get(own);
      if (block === undefined) return own === other;
      return numbers.of.get(other) === block - a + b && places.get(own) === places.get(other);
    };
    const [nodes, others] = [blocks[a]!, blocks[b]!];
    if (nodes.length !== others.length) return false;
    return nodes.every((node, i) => {
      const other = others[i]!;
      return beside.get(node) === beside.get(other) && sameNode(node, other, sameOperand);
    });
  };
}

/** What is beside nodes that belong to blocks: where they rest, and what reads them and belongs to none. */
function besidesBlocks(
  { traced, nodes, inputs, outputs, donated }: Subject,
  { of }: BlockNumbers,
): ReadonlyMap<Node, number> {
  const beside = new Map<Node, number>();
  const then = sequences();
  const placements: Placements = newPlacements();
  const add = ({ "~node": node, "~result": result }: End, what: number) => {
    if (of.has(node)) beside.set(node, then(then(beside.get(node) ?? 0, what), result));
  };
  traced.inputs.forEach(({ tensor, path }, i) => {
    const given = donated.has(path.slice(0, path.indexOf("/")));
    add(tensor, 2 * numberOf(placements, inputs[i]!) + Number(given));
  });
  traced.outputs.forEach(({ tensor }, i) => {
    add(tensor, numberOf(placements, outputs[i]!));
  });
  nodes.forEach((node, i) => {
    if (!of.has(node)) for (const operand of node.operands) add(operand, i);
  });
  return beside;
}
