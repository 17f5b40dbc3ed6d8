import type { Node } from "../../graph/node.ts";
import type { TracedLeaf, TracedLeaves } from "../../trace.ts";
import { remembered } from "../plan/remembered.ts";

/** Which blocks of a model nodes belong to: by number, for those that belong to one. */
export interface BlockNumbers {
  readonly count: number;
  readonly of: ReadonlyMap<Node, number>;
}

/** An op that reads from blocks further apart than this belongs to none of them. */
export const reach = 2;

/**
 * The blocks of a model whose arguments are in a list, such as `0/params/h/17/mlp/up`: an op forward
 * belongs to the last block that it reads from, one on the way back to the first, one of an update to
 * that of which it is, and what reads nothing of any block to the one that reads it. Whether blocks are
 * alike is another question.
 *
 * @param least fewer blocks than these count as none
 */
export function blockNumbers(
  { inputs, outputs }: TracedLeaves,
  nodes: readonly Node[],
  least: number,
): BlockNumbers | undefined {
  const lists = listsIn(inputs);
  const count = Math.max(...[...lists.values()].map((leaves) => leaves.size), 0);
  if (count < least) return undefined;
  const of = new Map<Node, number>();
  if (!numberLeaves(lists, count, of)) return undefined;
  numberUpdates(nodes, listsIn(outputs), count, of);
  numberReaders(nodes, of);
  numberSources(nodes, of);
  // What reads such a source beside what it was numbered by.
  numberReaders(nodes, of);
  return { count, of };
}

/** The nodes of leaves by the list that they are in, and by where in it. */
type Lists = ReadonlyMap<string, ReadonlyMap<number, readonly Node[]>>;

function listsIn(leaves: readonly TracedLeaf[]): Lists {
  const lists = new Map<string, Map<number, Node[]>>();
  for (const { path, tensor } of leaves) {
    for (let begin = path.indexOf("/") + 1; begin > 0; ) {
      const end = path.indexOf("/", begin);
      const key = path.slice(begin, end < 0 ? undefined : end);
      if (/^\d+$/.test(key)) {
        const list = remembered(lists, path.slice(0, begin), () => new Map<number, Node[]>());
        remembered(list, Number(key), () => []).push(tensor["~node"]);
      }
      begin = end + 1;
    }
  }
  return lists;
}

/** Numbers leaves by where they are in lists of so many; false where those begin or end elsewhere. */
function numberLeaves(lists: Lists, count: number, of: Map<Node, number>): boolean {
  for (const list of lists.values()) {
    if (list.size !== count) continue;
    for (const [block, nodes] of list) {
      if (block >= count) return false;
      for (const node of nodes) if (!of.has(node)) of.set(node, block);
    }
  }
  return true;
}

/** Numbers what updates blocks, and the gradients that it reads, by what comes of it. */
function numberUpdates(
  nodes: readonly Node[],
  lists: Lists,
  count: number,
  of: Map<Node, number>,
): void {
  const updated = new Map<Node, number>();
  if (!numberLeaves(lists, count, updated)) return;
  // What several blocks are updated by is of none of them.
  const shared = new Set<Node>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const block = updated.get(node);
    if (node.pass === "forward" || block === undefined || shared.has(node)) continue;
    of.set(node, block);
    if (node.pass !== "update") continue;
    for (const { "~node": source } of node.operands) {
      const known = updated.get(source);
      if (known === undefined) updated.set(source, block);
      else if (known !== block) shared.add(source);
    }
  }
}

/** Numbers what reads from blocks, if these are near each other. */
function numberReaders(nodes: readonly Node[], of: Map<Node, number>): void {
  for (const node of nodes) {
    if (of.has(node)) continue;
    let [first, last] = [Number.POSITIVE_INFINITY, -1];
    for (const operand of node.operands) {
      const block = of.get(operand["~node"]);
      if (block === undefined) continue;
      if (block < first) first = block;
      if (block > last) last = block;
    }
    if (last < 0 || last - first > reach) continue;
    of.set(node, node.pass === "forward" ? last : first);
  }
}

/** Numbers what reads nothing of any block by the first that reads it, if those that do are near. */
function numberSources(nodes: readonly Node[], of: Map<Node, number>): void {
  const ranges = new Map<Node, { first: number; last: number }>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (!of.has(node)) {
      const range = ranges.get(node);
      if (!range || range.last - range.first > reach) continue;
      if (node.operands.some((operand) => of.has(operand["~node"]))) continue;
      of.set(node, range.first);
    }
    const block = of.get(node)!;
    for (const { "~node": source } of node.operands) {
      if (of.has(source)) continue;
      const range = remembered(ranges, source, () => ({ first: block, last: block }));
      range.first = Math.min(range.first, block);
      range.last = Math.max(range.last, block);
    }
  }
}
