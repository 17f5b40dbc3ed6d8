import { nameOf, type Select } from "../../dimension.ts";
import { makeNode } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { misuse, requireDtype, selectDim } from "../check.ts";

/**
 * Moves and scales the elements along a dim to mean 0 and variance 1, then by gain and bias. The
 * variance is the mean of squares, as in GPT-2.
 *
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * layerNorm(x, p.gain, p.bias, "embd");
 */
export function layerNorm<A extends string, S extends A>(
  x: Tensor<A>,
  gain: Tensor<NoInfer<S>>,
  bias: Tensor<NoInfer<S>>,
  over: Select<S>,
  options: { readonly epsilon?: number } = {},
): Tensor<A> {
  const { epsilon = 1e-5 } = options;
  const operands = [x, gain, bias] as readonly AnyTensor[];
  for (const operand of operands) requireDtype("layerNorm", operand, ["float32"]);
  const tensor = operands[0]!;
  const dim = selectDim("layerNorm", tensor, nameOf(over));
  for (const scale of operands.slice(1)) {
    selectDim("layerNorm", scale, dim);
    if (scale.names.length > 1) {
      throw misuse("bad-argument", `layerNorm: gain and bias have no dim but '${dim.name}'.`, {
        given: scale,
      });
    }
  }
  const dims = dimsOf(tensor);
  const dtype = "float32";
  const rest = dims.filter((d) => d !== dim);
  const [y] = makeNode("layerNorm", { over: dim.name, epsilon }, operands, [
    { dims, dtype },
    { dims: rest, dtype },
    { dims: rest, dtype },
  ]);
  return y as never;
}
