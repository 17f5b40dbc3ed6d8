import { booleanArgument, optionsArgument } from "../../arguments.ts";
import type { Select } from "../../dimension.ts";
import { makeNode } from "../../graph/node.ts";
import { dimsOf, type Tensor } from "../../graph/tensor.ts";
import { namedDim, tensorArgument } from "../check.ts";
import type { Numeric } from "../elementwise/binary.ts";

/**
 * The elements along a dim in ascending order, or in `descending`, and the positions where they
 * were. Equals stay in their order; NaN is the largest number.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * const { values, indices } = sort(logits, "vocab", { descending: true });
 */
export function sort<A extends string, D extends Numeric, S extends A>(
  x: Tensor<A, D>,
  over: Select<S>,
  options: { readonly descending?: boolean | undefined } = {},
): { readonly values: Tensor<A, D>; readonly indices: Tensor<A, "int32"> } {
  const tensor = tensorArgument("sort", "x", x, ["float32", "int32"]);
  const { name } = namedDim("sort", "over", tensor, over);
  optionsArgument("sort", "options", options, ["descending"]);
  const { descending = false } = options;
  booleanArgument("sort", "options.descending", descending);
  const dims = dimsOf(tensor);
  const [values, indices] = makeNode(
    "sort",
    { over: name, descending },
    [tensor],
    [
      { dims, dtype: tensor.dtype },
      { dims, dtype: "int32" },
    ],
  );
  return { values, indices } as never;
}
