import { arrayArgument } from "../../arguments.ts";
import { nameOf, type Select } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { misuse, selectDims, tensorArgument } from "../check.ts";

/**
 * The same tensor with the names that it is known to have: where a layer is generic in its dims, the
 * compiler may lose track of what is left of them. They are compared with the tensor's own when the
 * function is traced; their order plays no part.
 *
 * @throws MtfError `missing-dim` unless the tensor has these dims and no others, `duplicate-dim`,
 * `size-mismatch`
 * @example
 * named(y, x.names); // y has the type of x again
 * named(y, ["batch", length]);
 */
export function named<A extends string, D extends DType, N extends string>(
  x: Tensor<A, D>,
  names: readonly Select<N>[],
): Tensor<N, D> {
  const tensor = tensorArgument("named", "x", x);
  const all = arrayArgument("named", "names", names, "an array of dims or their names");
  const known = selectDims("named", "names", tensor, all).map((d) => d.name);
  const unsaid = tensor.names.find((name) => !known.includes(name));
  if (unsaid === undefined) return tensor as never;
  throw misuse(
    "missing-dim",
    `named: the tensor has a dim '${unsaid}' as well.`,
    { tensor },
    [`named(x, [${[...names.map(nameOf), unsaid].map((name) => `"${name}"`).join(", ")}])`],
    { dim: unsaid, dims: tensor.names },
  );
}
