import { isTensor, type Scalar, type Tensor } from "../../graph/tensor.ts";
import { misuse, tensorArgument } from "../check.ts";
import { apply } from "./apply.ts";
import { operandArgument } from "./binary.ts";

/**
 * x where it is positive, else a part of it.
 *
 * @param slope by which x is multiplied where it is not positive: a number, or a scalar that is learned;
 * default 0.2
 * @throws MtfError `not-a-tensor`, `dtype-mismatch`, `bad-argument` for a slope with dims
 * @example
 * leakyRelu(x, 0.01);
 */
export function leakyRelu<A extends string>(x: Tensor<A>, slope: number | Scalar = 0.2): Tensor<A> {
  const tensor = tensorArgument("leakyRelu", "x", x, ["float32"]);
  const part = operandArgument("leakyRelu", "slope", slope);
  if (isTensor(part) && tensorArgument("leakyRelu", "slope", part, ["float32"]).names.length > 0) {
    const sentence = `leakyRelu: 'slope' is one number, and has [${part.names.join(", ")}].`;
    throw misuse("bad-argument", sentence, { slope: part }, [], { argument: "slope" });
  }
  const below = apply("mul", tensor, part);
  return apply("where", apply("greater", tensor, 0), tensor, below) as never;
}
