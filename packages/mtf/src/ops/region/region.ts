import type { Dimension } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { Typed } from "../../graph/kinds.ts";
import { makeNode, makeTensor, type Node } from "../../graph/node.ts";
import { dimOfRounds, type Rounds } from "../../graph/rounds.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";

/** A tensor outside of a region and what stands for it in the body. */
export interface Entering {
  readonly outer: AnyTensor;
  readonly inner: AnyTensor;
}

/** What is carried into the first round, what stands for it in a round, and what the next gets. */
export interface Carrying extends Entering {
  readonly next: AnyTensor;
}

/** What goes into a region's body and comes out of it. */
export interface Edges {
  readonly carried: readonly Carrying[];
  readonly sliced: readonly Entering[];
  readonly constant: readonly Entering[];
  readonly summed: readonly AnyTensor[];
  readonly stacked: readonly AnyTensor[];
}

export const nothing: Edges = { carried: [], sliced: [], constant: [], summed: [], stacked: [] };

/**
 * A region's node: the results of what is carried, of what is summed, and of what is stacked. Where
 * one says how often or which body runs, it is the first constant.
 */
export function makeRegion(rounds: Rounds, edges: Edges): readonly AnyTensor[] {
  const { carried, sliced, constant, summed, stacked } = edges;
  const operands = [...carried, ...sliced, ...constant];
  const next = carried.map((x) => x.next);
  const dim = dimOfRounds(rounds);
  const stacks = dim ? [...stacked, ...carried.map((x) => x.inner)] : [];
  const body = {
    inputs: operands.map((x) => x.inner),
    outputs: [...next, ...summed, ...stacks],
  };
  const stack = (x: AnyTensor): Typed => ({ ...typeOf(x), dims: [dim!, ...dimsOf(x)] });
  return makeNode(
    "region",
    { rounds, carried: carried.length, sliced: sliced.length, summed: summed.length, body },
    operands.map((x) => x.outer),
    [...[...next, ...summed].map(typeOf), ...stacks.map(stack)],
  );
}

/** What stands for an operand in the body: the operand at an index. */
export function sliceOf(x: AnyTensor, dim: Dimension, position: number): AnyTensor {
  const dims = dimsOf(x).filter((d) => d.name !== dim.name);
  return makeTensor("input", { path: `slice/${position}` }, [], { dims, dtype: x.dtype as DType });
}

/** What stands for something whole in the body. */
export function standIn(x: AnyTensor, position: number): AnyTensor {
  return makeTensor("input", { path: `slice/${position}` }, [], typeOf(x));
}

export function entering(
  outer: readonly AnyTensor[],
  inner: readonly AnyTensor[],
): readonly Entering[] {
  return outer.map((x, i) => ({ outer: x, inner: inner[i]! }));
}

/** What a body closes over stands for itself. */
export function asTheyAre(xs: readonly AnyTensor[]): readonly Entering[] {
  return entering(xs, xs);
}

function typeOf(x: AnyTensor): Typed {
  return { dims: dimsOf(x), dtype: x.dtype };
}

/** What a body's outputs are computed from. */
export interface Reached {
  /** Tensors from outside: their nodes were made before. */
  readonly outer: readonly AnyTensor[];
  /** Nodes of the body, what stands in it for operands among them. */
  readonly reached: ReadonlySet<Node>;
}

/** @param begin the order of the body's first node */
export function outerTensors(outputs: readonly AnyTensor[], begin: number): Reached {
  const outer = new Set<AnyTensor>();
  const keep = (x: AnyTensor) => {
    if (x["~node"].order < begin) outer.add(x);
    return x["~node"].order >= begin;
  };
  const reached = new Set<Node>();
  const stack = outputs.filter(keep);
  while (stack.length > 0) {
    const node = stack.pop()!["~node"];
    if (reached.has(node)) continue;
    reached.add(node);
    stack.push(...node.operands.filter(keep));
  }
  return { outer: [...outer], reached };
}

/** The dims of a tensor with their sizes, in no order. */
export function sizesOf(x: AnyTensor): string {
  return dimsOf(x)
    .map((d) => `${d.name}=${d.size}`)
    .sort()
    .join();
}
