import { nodesOf } from "../../graph/graph.ts";
import { insideOf } from "../../graph/inside.ts";
import type { Typed } from "../../graph/kinds.ts";
import type { Node } from "../../graph/node.ts";
import type { Rounds } from "../../graph/rounds.ts";
import { type End, isTensor } from "../../graph/tensor.ts";
import { sameType } from "../../ops/verify/types.ts";

/** Whether two operands are the same as seen from two nodes that may be alike. */
type SameOperand = (a: End, b: End) => boolean;

/** Whether nodes do the same, of the same line and pass, with operands that are the same. */
export function sameNode(a: Node, b: Node, sameOperand: SameOperand): boolean {
  if (a.kind !== b.kind || a.line !== b.line || a.pass !== b.pass) return false;
  if (!sameItems(a.results, b.results, sameTyped)) return false;
  if (!sameItems(a.operands, b.operands, sameOperand)) return false;
  if (a.kind === "input") return true;
  if (a.kind === "region" && b.kind === "region") return sameRegion(a.attributes, b.attributes);
  return sameValue(a.attributes, b.attributes, sameOperand);
}

function sameTyped(a: Typed, b: Typed): boolean {
  return sameType(a, b) && (a.rest === b.rest || sameValue(a.rest, b.rest, () => false));
}

function sameItems<Item>(
  a: readonly Item[],
  b: readonly Item[],
  same: (a: Item, b: Item) => boolean,
): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!same(a[i]!, b[i]!)) return false;
  return true;
}

/** Whether attributes are the same: plain data, and the tensors that a gradient is of. */
function sameValue(a: unknown, b: unknown, sameOperand: SameOperand): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isTensor(a) || isTensor(b)) return isTensor(a) && isTensor(b) && sameOperand(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return sameItems(a, b, (x, y) => sameValue(x, y, sameOperand));
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false;
    const [own, other] = [a[key as keyof typeof a], b[key as keyof typeof b]];
    if (!sameValue(own, other, sameOperand)) return false;
  }
  return true;
}

type Region = Extract<Node, { kind: "region" }>["attributes"];

/** Whether regions go round alike and compute the same, whatever their gradients: those have been taken. */
function sameRegion(a: Region, b: Region): boolean {
  if (a.carried !== b.carried || a.sliced !== b.sliced || a.summed !== b.summed) return false;
  if (!sameRounds(a.rounds, b.rounds)) return false;
  const like = new Map<Node, Node>();
  const same = (x: End, y: End) => {
    return like.get(x["~node"]) === y["~node"] && x["~result"] === y["~result"];
  };
  if (a.body.inputs.length !== b.body.inputs.length) return false;
  a.body.inputs.forEach((input, i) => {
    like.set(input["~node"], b.body.inputs[i]!["~node"]);
  });
  const [own, other] = [insideOf(a), insideOf(b)];
  const all = sameItems(nodesOf(own), nodesOf(other), (x, y) => {
    like.set(x, y);
    return sameNode(x, y, same);
  });
  return all && sameItems(own.outputs, other.outputs, same);
}

function sameRounds(a: Rounds, b: Rounds): boolean {
  if (a.kind === "each") return sameValue(a, b, () => false);
  if (a.kind === "while" && b.kind === "while") return sameValue(a.most, b.most, () => false);
  return a.kind === b.kind;
}
