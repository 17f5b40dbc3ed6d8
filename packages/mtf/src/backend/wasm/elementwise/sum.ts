import type { DType } from "../../../dtype.ts";
import type { Slice } from "../../backend.ts";
import type { Context, HeapKernel } from "../context.ts";
import type { Code } from "../opcodes.ts";
import type { Argument } from "./argument.ts";
import { bindFunction } from "./function.ts";

/** Sums of three and more: the first terms go into the result, the others are added to it. */
export function bindSum(
  context: Context,
  code: Code,
  dtype: DType,
  args: readonly Argument[],
  operands: readonly Slice[],
  result: Slice,
  reuse: readonly number[],
): HeapKernel {
  const bySteps = dtype === "float32" ? 2 : 1;
  const first = args.slice(0, 1 + bySteps);
  const step = (terms: readonly Argument[], slices: readonly Slice[], free: readonly number[]) =>
    bindFunction(context, terms.length === 3 ? "add3" : code, dtype, terms, slices, result, free);
  const start = step(first, operands, reuse);
  const careful = step(first, operands, []);
  const rest: HeapKernel[] = [];
  for (let i = first.length; i < args.length; i += bySteps) {
    const terms = [{ operand: operands.length }, ...args.slice(i, i + bySteps)];
    rest.push(step(terms, [...operands, result], [operands.length]));
  }
  const early = first.flatMap((a) => ("operand" in a ? [a.operand] : []));
  const late = args.slice(first.length).flatMap((a) => ("operand" in a ? [a.operand] : []));
  return (inputs) => {
    // What the first step writes over must not be a term that comes again.
    const again = late.some((l) => early.some((e) => inputs[l]!.block === inputs[e]!.block));
    const made = again ? careful(inputs) : start(inputs);
    let sum = made;
    for (const kernel of rest) sum = kernel(inputs.concat(sum));
    return sum;
  };
}
