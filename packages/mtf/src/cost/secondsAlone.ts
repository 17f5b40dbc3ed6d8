import { elements } from "../dimension.ts";
import { bytesPerElement } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { dimsOf } from "../graph/tensor.ts";
import { rules } from "../ops/rules.ts";
import type { MachineModel } from "./machineModel.ts";

/**
 * The part of an op's time that counts where it only sees numbers otherwise, which takes none: a little,
 * so that of plans that cost the same the one is taken which moves values before that.
 */
const viewing = 1e-4;

/** Seconds that one device alone would need for a whole op. */
export function secondsAlone(node: Node, { flops, memory }: MachineModel): number {
  const flopsOf = rules[node.kind].flops as ((node: Node) => number) | undefined;
  const touched = elementsTouched(node);
  const seconds = Math.max((flopsOf?.(node) ?? touched) / flops, (4 * touched) / memory);
  return rules[node.kind].elements === "viewed" ? viewing * seconds : seconds;
}

/** Operations of an op that has no better estimate: one for each element it reads or makes. */
function elementsTouched(node: Node): number {
  const read = node.operands.reduce((n, t) => n + elements(dimsOf(t)), 0);
  return node.results.reduce((n, r) => n + elements(r.dims) * (bytesPerElement[r.dtype] / 4), read);
}
