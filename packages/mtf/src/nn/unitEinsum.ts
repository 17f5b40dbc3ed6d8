import { elements, type Mistake, type Selects } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { hasDim, unionDims } from "../ops/check.ts";
import { einsum } from "../ops/einsum/einsum.ts";
import type { Lonely } from "../ops/einsum/lonely.ts";
import { apply } from "../ops/elementwise/apply.ts";

/**
 * A product divided by the root of how many terms its sums have: where weights begin with a variance of
 * 1, results are as large as what they are made of, and all weights may be trained at one rate.
 *
 * @throws MtfError as `einsum`
 * @example
 * unitEinsum(image, params.up, "batch", "hidden");
 */
export function unitEinsum<
  A extends string,
  B extends string,
  const O extends readonly (A | B)[] = [],
>(
  a: Tensor<A>,
  b: Tensor<B>,
  ...output: [Lonely<A, B, O[number]>] extends [never]
    ? Selects<O>
    : readonly Mistake<`'${Lonely<A, B, O[number]>}' would be summed although only one operand has it`>[]
): Tensor<O[number]> {
  const product = einsum(a as never, b as never, ...(output as never[])) as never as AnyTensor;
  const summed = unionDims("unitEinsum", [a, b]).filter((d) => !hasDim(product, d.name));
  return apply("mul", product, elements(summed) ** -0.5) as never;
}
