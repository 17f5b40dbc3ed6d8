import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Dimension } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { misuse, newDim } from "../ops/check.ts";
import { joined } from "../ops/concat/concat.ts";
import { product } from "../ops/einsum/product.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { count } from "../ops/iota/iota.ts";

/**
 * Positions told by sines and cosines of wave lengths from 2π `shortest` to 2π `longest` (Vaswani and
 * others, 2017): first all sines, then all cosines.
 *
 * @param features an even number of them, at least 4
 * @throws MtfError `bad-argument`
 * @example
 * const x = add(embedded, sinusoids(length, embd)); // [length, embd]
 */
export function sinusoids<L extends string, E extends string>(
  length: Dimension<L>,
  features: Dimension<E>,
  options: { readonly shortest?: number | undefined; readonly longest?: number | undefined } = {},
): Tensor<L | E> {
  newDim("sinusoids", "length", length);
  const { name, size } = newDim("sinusoids", "features", features);
  optionsArgument("sinusoids", "options", options, ["shortest", "longest"]);
  const shortest = numberArgument("sinusoids", "options.shortest", options.shortest ?? 1);
  const longest = numberArgument("sinusoids", "options.longest", options.longest ?? 10_000);
  if (size % 2 !== 0 || size < 4) {
    const sentence = `sinusoids: ${size} features are no two halves of two or more.`;
    throw misuse("bad-argument", sentence, {}, [], { dim: name, size });
  }
  const half = { name, size: size / 2 };
  const step = Math.log(longest / shortest) / (half.size - 1);
  const fall = apply("exp", apply("mul", apply("toFloat32", count(half)), -step));
  const position = apply("toFloat32", count(length));
  const angle = product(position, apply("mul", fall, 1 / shortest), [length, half]);
  return joined([apply("sin", angle), apply("cos", angle)], name) as never;
}
