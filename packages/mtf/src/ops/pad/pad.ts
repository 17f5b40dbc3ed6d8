import { countArgument, numberArgument } from "../../arguments.ts";
import type { Select } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { namedDim, requireValue, tensorArgument } from "../check.ts";
import type { Numeric } from "../elementwise/binary.ts";

/**
 * `before` elements in front of a dim, and as many behind as make it `size` long; where either is
 * below 0, as many elements are left out there.
 */
export function padded(
  x: AnyTensor,
  dim: string,
  before: number,
  size: number,
  value: number,
): AnyTensor {
  const dims = dimsOf(x).map((d) => (d.name === dim ? { name: dim, size } : d));
  return makeTensor("pad", { dim, before, value }, [x], { dims, dtype: x.dtype });
}

/**
 * The tensor with `before` more elements in front of a dim and `after` behind, all of one value:
 * by default 0.
 *
 * @throws MtfError `missing-dim`, `bad-argument` for counts below 0, `dtype-mismatch`
 * @example
 * pad(x, "length", 1, 0); // shifts by one and grows by one
 */
export function pad<A extends string, D extends Numeric, S extends A>(
  x: Tensor<A, D>,
  dim: Select<S>,
  before: number,
  after: number,
  value: number = 0,
): Tensor<A, D> {
  const tensor = tensorArgument("pad", "x", x, ["float32", "int32"]);
  const { name, size } = namedDim("pad", "dim", tensor, dim);
  countArgument("pad", "before", before);
  countArgument("pad", "after", after);
  requireValue("pad", numberArgument("pad", "value", value), tensor.dtype, tensor);
  if (before === 0 && after === 0) return x;
  return padded(tensor, name, before, before + size + after, value) as never;
}
