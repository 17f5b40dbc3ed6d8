import type { Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { extentsOf } from "../slices/walk.ts";
import { type Context, type HeapKernel, shapeOf } from "./context.ts";
import { einsumResting } from "./einsumResting.ts";
import { bindWiden } from "./widen.ts";

/** Kernels that read what rests narrow; undefined where it has to be widened beforehand. */
export function bindResting(
  context: Context,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
): HeapKernel | undefined {
  if (op.kind === "einsum") return einsumResting(context, operands, results[0]!);
  if (op.kind === "elementwise" && op.attributes.fn === "toFloat32") {
    return widening(context, operands[0]!);
  }
  return undefined;
}

function widening(context: Context, x: Slice): HeapKernel {
  const shape = shapeOf(x);
  const widen = bindWiden(context, x.rest!, extentsOf(x));
  return ([bytes]) => {
    const out = context.heap.allocate(shape, "float32");
    widen(bytes!.block.offset, 0, out.block.offset);
    return [out];
  };
}
