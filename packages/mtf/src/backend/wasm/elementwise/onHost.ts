import type { DType } from "../../../dtype.ts";
import type { ElementwiseFn } from "../../../graph/kinds.ts";
import { scalarFn } from "../../arrays/scalar.ts";
import type { Slice } from "../../backend.ts";
import { type Context, type HeapKernel, shapeOf } from "../context.ts";
import type { Argument } from "./argument.ts";
import { bindFunction } from "./function.ts";

/**
 * Functions that the kernels lack, computed on the host: operands are laid out like the result
 * first. TensorFlow.js's own sin and cos are wrong for small and for large numbers.
 */
export function bindOnHost(
  context: Context,
  fn: ElementwiseFn,
  args: readonly Argument[],
  operands: readonly Slice[],
  result: Slice,
  dtype: DType,
): HeapKernel {
  const { heap } = context;
  const shape = shapeOf(result);
  const spread = operands.map((slice, operand) => {
    const laidOut = { ...result, dtype: slice.dtype };
    const alone = [{ operand }];
    return bindFunction(context, "identity", slice.dtype, alone, operands, laidOut, []);
  });
  const apply = scalarFn(fn, dtype);
  return (inputs) => {
    const flat = spread.map((lay) => lay(inputs)[0]!);
    const out = heap.allocate(shape, result.dtype);
    const target = heap.view(out);
    const sources = flat.map((buffer) => heap.view(buffer));
    const values = args.map((argument) => ("constant" in argument ? argument.constant : 0));
    for (let i = 0; i < target.length; i++) {
      for (let k = 0; k < args.length; k++) {
        const argument = args[k]!;
        if ("operand" in argument) values[k] = sources[argument.operand]![i]!;
      }
      target[i] = apply(...values);
    }
    for (const buffer of flat) heap.dispose(buffer);
    return [out];
  };
}
