import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, dimsOf } from "../graph/tensor.ts";
import type { Mesh } from "../mesh.ts";
import { axesOf, type Placement } from "./placement.ts";

/** From which placement to which a reshape is local. */
export interface LocalReshape {
  readonly operand: Placement["split"];
  readonly result: Placement["split"];
}

/**
 * The most that may stay split through a reshape. Only the slowest of the dims that become others
 * may be cut, by axes whose cuts fall on the same elements before and after; the dims that stay
 * keep their axes.
 */
export function localReshape(
  node: NodeOf<"reshape">,
  split: Placement["split"],
  mesh: Mesh,
): LocalReshape {
  const operand: AnyTensor = node.operands[0]!;
  const { from, to } = node.attributes;
  const untouched = Object.fromEntries(Object.entries(split).filter(([d]) => !from.includes(d)));
  const first = dimsOf(operand).find((d) => d.name === from[0])!;
  const axes = axesOf({ split, partial: [] }, first.name);
  const target = to[0];
  if (axes.length === 0 || !target) return { operand: untouched, result: untouched };
  if (!sameCuts(first.size, target.size, axes, mesh)) {
    return { operand: untouched, result: untouched };
  }
  return {
    operand: { ...untouched, [first.name]: axes },
    result: { ...untouched, [target.name]: axes },
  };
}

/**
 * Whether axes cut two sizes of one total into the same runs of elements: where both can be cut
 * evenly. A slice that is larger by one is otherwise larger by another number of elements.
 */
export function sameCuts(
  before: number,
  after: number,
  axes: readonly string[],
  mesh: Mesh,
): boolean {
  const parts = axes.reduce((product, axis) => product * mesh.axes[axis]!, 1);
  return before === after || (before % parts === 0 && after % parts === 0);
}
