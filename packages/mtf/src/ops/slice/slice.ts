import { numberArgument } from "../../arguments.ts";
import type { Select } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../check.ts";

/** Elements begin … begin + size - 1 of a dim. */
export function sliced(x: AnyTensor, dim: string, begin: number, size: number): AnyTensor {
  const dims = dimsOf(x).map((d) => (d.name === dim ? { name: dim, size } : d));
  return makeTensor("slice", { dim, begin }, [x], { dims, dtype: x.dtype });
}

/**
 * The elements of a dim from `begin` up to, but not including, `end`. As in JavaScript's own
 * `slice`, negative positions count from the end, where it also ends by default. The dim keeps its
 * name.
 *
 * @throws MtfError `missing-dim`, `bad-argument` where nothing or more than there is would be taken
 * @example
 * slice(x, "length", 0, 128);
 * slice(x, "length", -1); // the last position
 */
export function slice<A extends string, D extends DType, S extends A>(
  x: Tensor<A, D>,
  dim: Select<S>,
  begin: number,
  end?: number,
): Tensor<A, D> {
  const tensor = tensorArgument("slice", "x", x);
  const { name, size } = namedDim("slice", "dim", tensor, dim);
  numberArgument("slice", "begin", begin);
  if (end !== undefined) numberArgument("slice", "end", end);
  const from = begin < 0 ? begin + size : begin;
  const to = end === undefined ? size : end < 0 ? end + size : end;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= size)) {
    throw misuse(
      "bad-argument",
      `slice: '${name}' has ${size} elements, of which ${begin} … ${end ?? size} is no part.`,
      { tensor },
      [],
      { dim: name, size, begin, end },
    );
  }
  return (from === 0 && to === size ? x : sliced(tensor, name, from, to - from)) as never;
}
