import { nodesOf } from "../../graph/graph.ts";
import { nodesInside } from "../../graph/inside.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import { type AnyTensor, tensorOf } from "../../graph/tensor.ts";
import type { TracedLeaves } from "../../trace.ts";
import { type Renewal, renewal } from "../renewal.ts";
import { type Subject, usesLater } from "../subject.ts";
import { addsUp } from "./addsUp.ts";
import { alikeAmong, type BlockNodes, nodesByBlock } from "./alike.ts";
import { type Cut, cutOf, isLeftOut, leastBlocks, standsFor } from "./cut.ts";
import { type BlockNumbers, blockNumbers, reach } from "./numbers.ts";

/** A function without some of the blocks of its model, which are like others of them. */
export interface Shortened {
  readonly subject: Subject;
  readonly whole: Subject;
  readonly numbers: BlockNumbers;
  readonly blocks: BlockNodes;
  readonly cut: Cut;
  /** What stands in the short function for a node of the whole that is not left out. */
  readonly shortOf: (node: Node) => Node;
}

/**
 * A function without the blocks of its model that are like others: what is planned for those serves
 * them. Nothing where the blocks are few, or not alike, or where what reads them all is more than a sum.
 */
export function shortened(whole: Subject): Shortened | undefined {
  const { traced, nodes } = whole;
  const numbers = blockNumbers(traced, nodes, leastBlocks);
  if (!numbers) return undefined;
  const blocks = nodesByBlock(whole, numbers);
  const cut = cutOf(numbers.count, alikeAmong(whole, numbers, blocks));
  if (!cut) return undefined;
  const isLeft = (node: Node) => isLeftOut(cut, numbers.of.get(node) ?? -1);
  const kept = nodes.filter((node) => !isLeft(node));
  const renewed: Renewal = renewal((node) => {
    return numbers.of.has(node) ? undefined : shortSum(node, isLeft, renewed);
  });
  const stand = standIns(blocks, cut);
  for (const node of kept) {
    for (const { "~node": source } of node.operands) {
      const other = stand.get(source);
      if (!other) continue;
      if (other.order > node.order) return undefined;
      const by = other.results.map((_, i) => renewed.standing(tensorOf(other, i)));
      renewed.replace(source, by);
    }
    renewed.renew(node);
  }
  const shortOf = (node: Node) => renewed.standing(tensorOf(node, 0))["~node"];
  const short = withoutThose(traced, isLeft, renewed);
  const own = nodesOf(short.graph);
  const made = new Set(own);
  // Whatever is kept is read as it was, and nothing else is.
  if (own.length !== kept.length || kept.some((node) => !made.has(shortOf(node)))) return undefined;
  const keptOf = <Item>(items: readonly Item[], leaves: TracedLeaves["inputs"]) =>
    items.filter((_, i) => !isLeft(leaves[i]!.tensor["~node"]));
  const subject: Subject = {
    ...whole,
    traced: short,
    nodes: own,
    uses: usesLater(short.graph, own),
    inputs: keptOf(whole.inputs, traced.inputs),
    outputs: keptOf(whole.outputs, traced.outputs),
    weights: weightsOf(kept, numbers, cut, shortOf),
  };
  return { subject, whole, numbers, blocks, cut, shortOf };
}

/**
 * What is read in place of what is left out: by what comes after it the like in the last blocks before
 * it, and the other way round.
 */
function standIns(blocks: BlockNodes, { begin, end }: Cut): ReadonlyMap<Node, Node> {
  const stand = new Map<Node, Node>();
  for (let i = 0; i < reach; i++) {
    for (const [block, other] of [
      [begin + i, end + i],
      [end - 1 - i, begin - 1 - i],
    ] as const) {
      blocks[block]!.forEach((node, at) => {
        stand.set(node, blocks[other]![at]!);
      });
    }
  }
  return stand;
}

/** A sum over all blocks without the terms of those left out. */
function shortSum(
  node: Node,
  isLeft: (node: Node) => boolean,
  { originals, standing }: Renewal,
): readonly AnyTensor[] | undefined {
  if (!isSum(node)) return undefined;
  const operands = node.operands.filter((operand) => !isLeft(operand["~node"])).map(standing);
  if (operands.length === node.operands.length || operands.length === 0) return undefined;
  const attributes = { ...node.attributes, scalars: operands.map(() => null) };
  const made = { ...node, attributes, operands };
  originals.set(made, node);
  return [tensorOf(made, 0)];
}

/** A sum of tensors, of so many that some may be missing. */
function isSum(node: Node): node is NodeOf<"elementwise"> {
  return node.kind === "elementwise" && node.operands.length > 2 && addsUp(node.attributes);
}

function withoutThose(
  { inputs, outputs }: TracedLeaves,
  isLeft: (node: Node) => boolean,
  { standing }: Renewal,
): TracedLeaves {
  const given = inputs.filter(({ tensor }) => !isLeft(tensor["~node"]));
  const made = outputs.flatMap(({ path, tensor }) =>
    isLeft(tensor["~node"]) ? [] : [{ path, tensor: standing(tensor) }],
  );
  const graph = {
    inputs: given.map(({ tensor }) => tensor),
    outputs: made.map(({ tensor }) => tensor),
  };
  return { graph, inputs: given, outputs: made };
}

/** How many nodes of the whole function those of the last blocks before the cut stand for. */
function weightsOf(
  kept: readonly Node[],
  numbers: BlockNumbers,
  cut: Cut,
  shortOf: (node: Node) => Node,
): ReadonlyMap<Node, number> {
  const weights = new Map<Node, number>();
  const weight = 1 + (cut.end - cut.begin) / cut.period;
  for (const node of kept) {
    if (!standsFor(cut, numbers.of.get(node) ?? -1)) continue;
    const short = shortOf(node);
    for (const each of [short, ...nodesInside(short)]) weights.set(each, weight);
  }
  return weights;
}
