import { numberArgument } from "../../arguments.ts";
import type { Select, Without } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../check.ts";
import { reduction } from "../reduce/reduce.ts";
import { sliced } from "./slice.ts";

/** One index of a dim, which goes. */
export function atIndex(x: AnyTensor, dim: string, index: number): AnyTensor {
  // Of one element the sum is that element, and bools have no sum.
  return reduction(x.dtype === "bool" ? "max" : "sum", sliced(x, dim, index, 1), [dim]);
}

/**
 * What a tensor holds at one index of a dim, which goes. As in JavaScript's own `at`, negative ones
 * count from the end.
 *
 * @throws MtfError `missing-dim`, `bad-argument` for an index that there is not
 * @example
 * at(x, "length", -1); // [batch, length, embd] -> [batch, embd], the last position
 */
export function at<A extends string, D extends DType, S extends A>(
  x: Tensor<A, D>,
  dim: Select<S>,
  index: number,
): Tensor<Without<A, S>, D> {
  const tensor = tensorArgument("at", "x", x);
  const { name, size } = namedDim("at", "dim", tensor, dim);
  numberArgument("at", "index", index);
  const place = index < 0 ? index + size : index;
  if (!(Number.isInteger(place) && place >= 0 && place < size)) {
    throw misuse(
      "bad-argument",
      `at: '${name}' has ${size} elements, and none at ${index}.`,
      { tensor },
      [],
      { dim: name, size, index },
    );
  }
  return atIndex(tensor, name, place) as never;
}
