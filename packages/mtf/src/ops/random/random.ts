import { numberOptions } from "../../arguments.ts";
import type { Dimension, Dimensions } from "../../dimension.ts";
import type { Attributes } from "../../graph/kinds.ts";
import { makeTensor } from "../../graph/node.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { newDims } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import { type Key, keyArgument } from "./key.ts";

export function drawn(
  distribution: Attributes["random"]["distribution"],
  key: AnyTensor,
  dims: readonly Dimension[],
): AnyTensor {
  const dtype = distribution === "bits" ? "int32" : "float32";
  return makeTensor("random", { distribution }, [key], { dims, dtype });
}

function scaled(x: AnyTensor, scale: number, offset: number): AnyTensor {
  const product = scale === 1 ? x : apply("mul", x, scale);
  return offset === 0 ? product : apply("add", product, offset);
}

/**
 * Numbers from a normal distribution. An element is a function of the key and its index, the dims in
 * the order given: the same on every layout and device. By default the mean is 0 and the standard
 * deviation (`std`) is 1.
 *
 * @throws MtfError `duplicate-dim`
 * @example
 * normal(fold(k, "up"), [embd, hidden], { std: 0.02 });
 */
export function normal<const N extends readonly string[] = []>(
  key: Key,
  dims: Dimensions<N>,
  options: { readonly mean?: number | undefined; readonly std?: number | undefined } = {},
): Tensor<N[number]> {
  const { mean, std } = numberOptions("normal", options, { mean: 0, std: 1 });
  const into = newDims("normal", "dims", dims);
  return scaled(drawn("normal", keyArgument("normal", key), into), std, mean) as never;
}

/**
 * Numbers spread evenly from `min` up to, but not including, `max`, by default from 0 to 1; otherwise
 * as `normal`.
 *
 * @throws MtfError `duplicate-dim`
 * @example
 * uniform(k, [batch], { min: -1, max: 1 });
 */
export function uniform<const N extends readonly string[] = []>(
  key: Key,
  dims: Dimensions<N>,
  options: { readonly min?: number | undefined; readonly max?: number | undefined } = {},
): Tensor<N[number]> {
  const { min, max } = numberOptions("uniform", options, { min: 0, max: 1 });
  const into = newDims("uniform", "dims", dims);
  return scaled(drawn("uniform", keyArgument("uniform", key), into), max - min, min) as never;
}

/**
 * Numbers from Gumbel's distribution, -ln(-ln u) of a uniform u; otherwise as `normal`. The place of the
 * largest sum of a logit and such a number is drawn with the probability that softmax gives it (Gumbel,
 * 1954); the k largest are k places, none twice.
 *
 * @throws MtfError `duplicate-dim`
 * @example
 * topK(add(logits, gumbel(k, [batch, vocab])), "vocab", dimension("few", 4)); // four draws a row
 */
export function gumbel<const N extends readonly string[] = []>(
  key: Key,
  dims: Dimensions<N>,
): Tensor<N[number]> {
  const into = newDims("gumbel", "dims", dims);
  return drawn("gumbel", keyArgument("gumbel", key), into) as never;
}
