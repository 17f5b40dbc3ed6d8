import { arrayArgument } from "../arguments.ts";
import type { Tensor } from "../graph/tensor.ts";
import { misuse } from "../ops/check.ts";
import { mul } from "../ops/elementwise/functions.ts";
import { dense } from "./dense.ts";
import type { Activation, Linear } from "./linear.ts";

/**
 * The product of several dense layers of one tensor, each with an activation of its own or none: with
 * `sigmoid` of the first of two it is a gated linear unit (Dauphin and others, 2016).
 *
 * @param layers weights that lead from and to the same dims, and biases
 * @param activations by the order of layers; where there is none nothing is done
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument` for no layers, or
 * more activations than layers
 * @example
 * denseProduct(x, [gate, up], [sigmoid]); // [batch, embd] -> [batch, ff]
 */
export function denseProduct<A extends string, W extends string, B extends W>(
  x: Tensor<A>,
  layers: readonly Linear<W, B>[],
  activations: readonly (Activation | undefined)[] = [],
): Tensor<Exclude<A, W> | Exclude<W, A>> {
  const op = "denseProduct";
  arrayArgument(op, "layers", layers, "an array of weights with biases");
  arrayArgument(op, "activations", activations, "an array of functions");
  if (layers.length === 0 || activations.length > layers.length) {
    const sentence = `${op}: ${activations.length} activations are of ${layers.length} layers.`;
    throw misuse("bad-argument", sentence, { x });
  }
  const factors = layers.map((layer, i) => dense(x, layer, activations[i]));
  return factors.reduce((product, factor) => mul(product as never, factor as never) as never);
}
