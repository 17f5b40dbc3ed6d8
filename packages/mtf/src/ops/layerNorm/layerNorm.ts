import { numberArgument, optionsArgument } from "../../arguments.ts";
import type { Select } from "../../dimension.ts";
import { makeNode } from "../../graph/node.ts";
import { dimsOf, type Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, selectDim, tensorArgument } from "../check.ts";

/**
 * Moves and scales the elements along a dim to mean 0 and variance 1, then by gain and bias. The
 * variance is the mean of the squared deviations from the mean (not divided by n - 1), as in GPT-2.
 *
 * @param options.epsilon added to the variance before its root is taken; default 1e-5
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * layerNorm(x, p.gain, p.bias, "embd");
 */
export function layerNorm<A extends string, S extends A>(
  x: Tensor<A>,
  gain: Tensor<NoInfer<S>>,
  bias: Tensor<NoInfer<S>>,
  over: Select<S>,
  options: { readonly epsilon?: number | undefined } = {},
): Tensor<A> {
  const tensor = tensorArgument("layerNorm", "x", x, ["float32"]);
  const dim = namedDim("layerNorm", "over", tensor, over);
  optionsArgument("layerNorm", "options", options, ["epsilon"]);
  const epsilon = numberArgument("layerNorm", "options.epsilon", options.epsilon ?? 1e-5);
  const scales = Object.entries({ gain, bias }).map(([name, scale]) => {
    const own = tensorArgument("layerNorm", name, scale, ["float32"]);
    selectDim("layerNorm", name, own, dim);
    return own;
  });
  for (const scale of scales) {
    if (scale.names.length > 1) {
      throw misuse("bad-argument", `layerNorm: gain and bias have no dim but '${dim.name}'.`, {
        given: scale,
      });
    }
  }
  const dims = dimsOf(tensor);
  const dtype = "float32";
  const rest = dims.filter((d) => d !== dim);
  const [y] = makeNode(
    "layerNorm",
    { over: dim.name, epsilon },
    [tensor, ...scales],
    [
      { dims, dtype },
      { dims: rest, dtype },
      { dims: rest, dtype },
    ],
  );
  return y as never;
}
