import { functionArgument } from "../../arguments.ts";
import { nextOrder } from "../../graph/node.ts";
import { isTensor } from "../../graph/tensor.ts";
import { leavesOf, withLeaves } from "../../tree.ts";
import { requireTensors } from "../trees.ts";
import { asTheyAre, makeRegion, nothing, outerTensors } from "./region.ts";

/**
 * The same function, whose gradient computes it again instead of holding what it made on the way:
 * around each block of a deep net, memory for the values of one block is needed in place of all.
 * Results and gradients are the same. What the function closes over has its gradient, too.
 *
 * @returns a function of the same arguments. It throws MtfError `bad-result` where `fn` gives anything
 * but trees of tensors, and `async-function`
 * @example
 * const activate = (value: Tensor<"batch" | "length" | "embd">) => tanh(gelu(value));
 * const h = recompute(activate)(x); // like activate(x)
 */
export function recompute<Args extends readonly unknown[], R>(
  fn: (...args: Args) => R,
): (...args: Args) => R {
  functionArgument("recompute", "fn", fn);
  return (...args) => {
    const begin = nextOrder();
    const result = fn(...args);
    requireTensors("recompute", result);
    const outputs = leavesOf(result, isTensor).map(([, x]) => x);
    const results = makeRegion(
      { kind: "once", gradient: "recomputed" },
      {
        ...nothing,
        constant: asTheyAre(outerTensors(outputs, begin).outer),
        summed: outputs,
      },
    );
    return withLeaves(result, isTensor, results) as R;
  };
}
