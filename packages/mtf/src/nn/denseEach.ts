import { arrayArgument, functionArgument, optionsArgument } from "../arguments.ts";
import type { Selects } from "../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { hasDim, namedDim, tensorArgument } from "../ops/check.ts";
import { product } from "../ops/einsum/product.ts";
import { apply } from "../ops/elementwise/apply.ts";
import type { Activation, Linear } from "./linear.ts";

/**
 * A dense layer of its own for each index of some dims, such as experts or models of an ensemble: x times
 * a weight, summed over the dims that both have but for these; then the bias and an activation, if there
 * are any.
 *
 * @param each dims that x and the weight have and the result keeps
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * // [expert, batch, embd] · [expert, embd, ff] -> [expert, batch, ff]
 * denseEach(seated, ownLayers, ["expert"], relu);
 */
export function denseEach<
  A extends string,
  W extends string,
  B extends W,
  const Each extends readonly (A & W)[],
>(
  x: Tensor<A>,
  params: Linear<W, B>,
  each: Selects<Each>,
  activation?: Activation,
): Tensor<Exclude<A, W> | Exclude<W, A> | Each[number]> {
  const op = "denseEach";
  const from = tensorArgument(op, "x", x, ["float32"]);
  optionsArgument(op, "params", params, ["weight", "bias"]);
  const by = tensorArgument(op, "params.weight", params.weight, ["float32"]);
  const kept = arrayArgument(op, "each", each, "an array of dims or their names").map((dim) => {
    namedDim(op, "each", by, dim);
    return namedDim(op, "each", from, dim).name;
  });
  const stays = dimsOf(from).filter((d) => !hasDim(by, d.name) || kept.includes(d.name));
  const made = dimsOf(by).filter((d) => !hasDim(from, d.name));
  let y: AnyTensor = product(from, by, [...stays, ...made]);
  if (params.bias !== undefined) {
    y = apply("add", y, tensorArgument(op, "params.bias", params.bias, ["float32"]));
  }
  if (activation === undefined) return y as never;
  functionArgument(op, "activation", activation);
  return activation(y as Tensor<string>) as never;
}
