import type { Tensor } from "../graph/tensor.ts";
import { tensorArgument } from "../ops/check.ts";
import { add, erf, mul } from "../ops/elementwise/functions.ts";

/**
 * x/2 (1 + erf(x/√2)), as GPT-NeoX and BERT were published with; `gelu` is the form with tanh, which
 * differs by less than 5e-4.
 *
 * @throws MtfError `dtype-mismatch`
 * @example
 * geluExact(inner);
 */
export function geluExact<A extends string>(x: Tensor<A>): Tensor<A> {
  tensorArgument("geluExact", "x", x, ["float32"]);
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1)) as never;
}
