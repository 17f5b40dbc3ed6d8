import type { Tensor } from "../../graph/tensor.ts";
import { tensorArgument } from "../check.ts";
import { apply } from "./apply.ts";

/** Of selu: with these, what is normalized stays so from layer to layer. */
const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];

/**
 * x where it is positive, else e^x - 1 (Clevert and others, 2015).
 *
 * @throws MtfError `dtype-mismatch`
 * @example
 * elu(x);
 */
export function elu<A extends string>(x: Tensor<A>): Tensor<A> {
  return exponentialBelow("elu", x, 1);
}

/**
 * 1.0507 x where it is positive, else 1.7581 (e^x - 1): layers of it keep a mean of 0 and a variance of
 * 1 (Klambauer and others, 2017).
 *
 * @throws MtfError `dtype-mismatch`
 * @example
 * selu(x);
 */
export function selu<A extends string>(x: Tensor<A>): Tensor<A> {
  return apply("mul", exponentialBelow("selu", x, alpha), scale) as never;
}

function exponentialBelow<A extends string>(op: string, x: Tensor<A>, factor: number): Tensor<A> {
  const tensor = tensorArgument(op, "x", x, ["float32"]);
  // Of what is above 0 the power would become infinite, and its gradient NaN.
  const below = apply("sub", apply("exp", apply("minimum", tensor, 0)), 1);
  const curved = factor === 1 ? below : apply("mul", below, factor);
  return apply("where", apply("greater", tensor, 0), tensor, curved) as never;
}
