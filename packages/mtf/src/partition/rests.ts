import { sameDimSet } from "../dimension.ts";
import type { Node } from "../graph/node.ts";
import { type AnyTensor, dimsOf, type End, endOf } from "../graph/tensor.ts";
import { rules } from "../ops/rules.ts";
import type { Placement } from "../program/placement.ts";
import { restrict } from "./place.ts";

/** Where tensors want to lie because of stored arguments and results they are computed with. */
export type Rests = Map<Node, (Placement | undefined)[]>;

export function restOf(rests: Rests, tensor: End): Placement | undefined {
  return rests.get(tensor["~node"])?.[tensor["~result"]];
}

export function setRest(rests: Rests, tensor: End, placement: Placement): void {
  const node = tensor["~node"];
  const known = rests.get(node) ?? node.results.map(() => undefined);
  known[tensor["~result"]] = placement;
  rests.set(node, known);
}

/**
 * Spreads the placements of stored tensors over elementwise computations of the same dims, so that
 * an optimizer's update stays as split as its state: forward from operands to results, backward
 * from results to what they are computed from, and forward once more.
 */
export function spreadRests(nodes: readonly Node[], rests: Rests): void {
  if (rests.size === 0) return;
  forward(nodes, rests);
  backward(nodes, rests);
  forward(nodes, rests);
}

function forward(nodes: readonly Node[], rests: Rests): void {
  for (const node of nodes) {
    if (!follows(node)) continue;
    const leader = node.operands.find(
      (operand) => restOf(rests, operand) && sameDims(operand, node, 0),
    );
    if (!leader) continue;
    node.results.forEach((_, i) => {
      const result = endOf(node, i);
      if (!restOf(rests, result)) setRest(rests, result, restOf(rests, leader)!);
    });
  }
}

function backward(nodes: readonly Node[], rests: Rests): void {
  for (const node of [...nodes].reverse()) {
    const wanted = rests.get(node)?.[0];
    if (!wanted || !(follows(node) || carries(node))) continue;
    for (const operand of node.operands) {
      if (restOf(rests, operand) || operand["~node"].kind === "input") continue;
      if (follows(node) && sameDims(operand, node, 0)) setRest(rests, operand, wanted);
      if (carries(node)) {
        const kept = dimsOf(operand).filter((d) =>
          node.results[0]!.dims.some((r) => r.name === d.name && r.size === d.size),
        );
        const split = restrict(
          wanted.split,
          kept.map((d) => d.name),
        );
        if (Object.keys(split).length > 0) setRest(rests, operand, { split, partial: [] });
      }
    }
  }
}

/** Computed element by element: slices of the operands give the slice of the result. */
export function follows(node: Node): boolean {
  const { elements } = rules[node.kind];
  return elements === "alike" || elements === "overwritten";
}

/** Carries elements to other places along one dim: the other dims may rest as the result does. */
export function carries(node: Node): boolean {
  return rules[node.kind].elements === "moved";
}

function sameDims(operand: AnyTensor, node: Node, result: number): boolean {
  return sameDimSet(dimsOf(operand), node.results[result]!.dims);
}
