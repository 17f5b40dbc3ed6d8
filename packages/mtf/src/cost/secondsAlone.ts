import { elements } from "../dimension.ts";
import { bytesPerElement } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { dimsOf } from "../graph/tensor.ts";
import type { Rule } from "../ops/rule.ts";
import { rules } from "../ops/rules.ts";
import type { MachineModel } from "./machineModel.ts";

/**
 * The part of an op's time that counts where it only sees numbers otherwise, which takes none: a little,
 * so that of plans that cost the same the one is taken which moves values before that.
 */
const viewing = 1e-4;

/** Seconds that one device alone would need for a whole op. */
export function secondsAlone(node: Node, { flops, memory }: MachineModel): number {
  const { operations, bytes } = workOf(node);
  const seconds = Math.max(operations / flops, bytes / memory);
  return rules[node.kind].elements === "viewed" ? viewing * seconds : seconds;
}

/** Operations of a whole op on floating-point numbers, and the bytes of what it reads and makes. */
export function workOf(node: Node): { readonly operations: number; readonly bytes: number } {
  const { flops, touches = allOf } = rules[node.kind] as Rule<never>;
  const touched = touches(node as never);
  return { operations: flops?.(node as never) ?? touched, bytes: 4 * touched };
}

/** The elements of all operands and results: a bool is a quarter of one. */
function allOf(node: Node): number {
  const read = node.operands.reduce((n, t) => n + elements(dimsOf(t)), 0);
  return node.results.reduce((n, r) => n + elements(r.dims) * (bytesPerElement[r.dtype] / 4), read);
}
