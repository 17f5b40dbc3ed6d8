import type { DType } from "../../../dtype.ts";
import type { ElementwiseFn } from "../../../graph/kinds.ts";
import type { Slice } from "../../backend.ts";
import type { BindHeap } from "../context.ts";
import { codeOf } from "../opcodes.ts";
import type { Argument } from "./argument.ts";
import { bindFunction } from "./function.ts";
import { bindOnHost } from "./onHost.ts";
import { bindSum } from "./sum.ts";

export const elementwise: BindHeap<"elementwise"> = (
  context,
  { fn, scalars },
  operands,
  results,
  reuse,
) => {
  let next = 0;
  const args = scalars.map((s): Argument => (s === null ? { operand: next++ } : { constant: s }));
  const result = results[0]!;
  const dtype = argumentDtype(fn, operands, result);
  // A sum of one term is that term.
  const code = codeOf(context.codes, fn === "add" && args.length === 1 ? "identity" : fn, dtype);
  if (code === undefined) return bindOnHost(context, fn, args, operands, result, dtype);
  if (args.length <= 2 || fn === "where" || fn === "clip") {
    return bindFunction(context, code, dtype, args, operands, result, reuse);
  }
  return bindSum(context, code, dtype, args, operands, result, reuse);
};

/** The dtype that a function's arguments have; of `where`, the last two. */
function argumentDtype(fn: ElementwiseFn, operands: readonly Slice[], result: Slice): DType {
  if (fn === "where" || operands.length === 0) return result.dtype;
  return operands.at(-1)!.dtype;
}
