import { numberArgument, wrongArgument } from "../arguments.ts";
import { type AnyTensor, isTensor, type Scalar } from "../graph/tensor.ts";
import { zipTensors } from "../mapTensors.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { reduction } from "../ops/reduce/reduce.ts";
import { leavesOf } from "../tree.ts";
import { floatTree, updating } from "./update.ts";

/**
 * The length of all numbers in a tree as one vector.
 *
 * @throws MtfError `bad-argument` for a tree without tensors
 * @example
 * const size = globalNorm(gradient);
 */
export function globalNorm(tree: unknown): Scalar {
  return normOf("globalNorm", tree);
}

function normOf(fn: string, tree: unknown): Scalar {
  return updating(() => {
    floatTree(fn, "tree", tree);
    const squares = leavesOf(tree, isTensor).map(([, x]) =>
      reduction("sum", apply("square", x), x.names),
    );
    // One addition of all, so that sums owed along the same axes are settled together.
    return apply("sqrt", squares.length > 1 ? apply("add", ...squares) : squares[0]!) as never;
  });
}

/**
 * The tree scaled down to a limit where its global norm is above it, and that norm.
 *
 * @param limit above 0
 * @throws MtfError `bad-argument` for a tree without tensors
 * @example
 * const { clipped, norm } = clipByGlobalNorm(gradient, 1);
 * adam(state, clipped, { rate, gate: isFinite(norm) });
 */
export function clipByGlobalNorm<P>(
  tree: P,
  limit: number,
): { readonly clipped: P; readonly norm: Scalar } {
  const norm = normOf("clipByGlobalNorm", tree);
  numberArgument("clipByGlobalNorm", "limit", limit);
  if (!(limit > 0)) throw wrongArgument("clipByGlobalNorm", "limit", "a number above 0", limit);
  return updating(() => {
    const factor = apply("div", limit, apply("maximum", norm as unknown as AnyTensor, limit));
    const [clipped] = zipTensors("clipByGlobalNorm", [tree], ([x]) => [apply("mul", x!, factor)]);
    return { clipped: clipped!, norm };
  });
}
