import type { Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import type { Context } from "./context.ts";
import { bindAddingConvolution } from "./convolution/convolution.ts";
import { bindAddingEinsum } from "./einsum.ts";
import type { HeapBuffer } from "./heap.ts";

/** A product that is added to what a buffer holds; undefined where an op is none. */
export function bindAdding(
  context: Context,
  op: Op,
  operands: readonly Slice[],
  result: Slice,
): ((operands: readonly HeapBuffer[], sum: HeapBuffer) => void) | undefined {
  switch (op.kind) {
    case "einsum":
      return bindAddingEinsum(context, operands, result);
    case "convolution":
      return bindAddingConvolution(context, op.attributes, operands, result);
    default:
      return undefined;
  }
}
