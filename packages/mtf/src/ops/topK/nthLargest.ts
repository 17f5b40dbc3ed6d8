import { countArgument } from "../../arguments.ts";
import type { Select, Without } from "../../dimension.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import type { Numeric } from "../elementwise/binary.ts";
import { atIndex } from "../slice/at.ts";
import { largest } from "./topK.ts";

/** What the dim of the largest is called meanwhile: no dim of a user's. */
const place = "~place";

/**
 * The element along a dim that `n` others come before in descending order: for 0 the largest. NaN is
 * larger than every number.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument` where there are not so many
 * @example
 * nthLargest(choices, "choice", 1); // [batch, choice] -> [batch], the second largest
 */
export function nthLargest<A extends string, D extends Numeric, S extends A>(
  x: Tensor<A, D>,
  over: Select<S>,
  n: number,
): Tensor<Without<A, S>, D> {
  return nth("nthLargest", x, over, n, (tensor) => tensor) as never;
}

/**
 * The element along a dim that `n` others come before in ascending order: for 0 the smallest.
 *
 * @throws MtfError as `nthLargest`
 * @example
 * nthSmallest(distances, "neighbour", 0); // [point, neighbour] -> [point]
 */
export function nthSmallest<A extends string, D extends Numeric, S extends A>(
  x: Tensor<A, D>,
  over: Select<S>,
  n: number,
): Tensor<Without<A, S>, D> {
  return nth("nthSmallest", x, over, n, (tensor) => apply("neg", tensor)) as never;
}

function nth(
  op: string,
  x: unknown,
  over: unknown,
  n: unknown,
  turned: (x: AnyTensor) => AnyTensor,
): AnyTensor {
  const tensor = tensorArgument(op, "x", x, ["float32", "int32"]);
  const { name, size } = namedDim(op, "over", tensor, over);
  const before = countArgument(op, "n", n);
  if (before >= size) {
    throw misuse(
      "bad-argument",
      `${op}: '${name}' has ${size} elements, and of these ${before} do not come before another.`,
      { tensor },
      [],
      { dim: name, size, n: before },
    );
  }
  const { values } = largest(turned(tensor), name, { name: place, size: before + 1 });
  return turned(atIndex(values, place, before));
}
