import type { Op } from "../../graph/kinds.ts";
import { bindArrays } from "../arrays/bind.ts";
import type { Slice } from "../backend.ts";
import { type Context, type HeapKernel, shapeOf } from "./context.ts";

/** An op computed by the host on views of the heap: for what is rare or small. */
export function onArrays(
  { heap }: Context,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
): HeapKernel {
  const kernel = bindArrays(op, operands, results);
  const shapes = results.map(shapeOf);
  return (inputs) => {
    const made = results.map((slice, i) => heap.allocate(shapes[i]!, slice.dtype));
    kernel(
      inputs.map((buffer) => heap.view(buffer)),
      made.map((buffer) => heap.view(buffer)),
    );
    return made;
  };
}
