import { fromOneLine } from "../graph/node.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { hasDim, tensorArgument } from "../ops/check.ts";
import { contract } from "../ops/einsum/einsum.ts";
import { add } from "../ops/elementwise/functions.ts";

/**
 * x times a weight, summed over the dims that both have; then the bias, if there is one. What is left
 * of the weight's dims comes last: it is the weight alone that says from where to where.
 *
 * @throws MtfError `missing-dim` where they share no dim, `size-mismatch`, `dtype-mismatch`
 * @example
 * linear(x, project, headBias); // [batch, length, embd] · [heads, kv, embd] -> [batch, length, heads, kv]
 */
export function linear<A extends string, W extends string>(
  x: Tensor<A>,
  weight: Tensor<W>,
  bias?: Tensor<NoInfer<Exclude<W, A>>> | undefined,
): Tensor<Exclude<A, W> | Exclude<W, A>> {
  const from = tensorArgument("linear", "x", x, ["float32"]);
  const by = tensorArgument("linear", "weight", weight, ["float32"]);
  const over = (from.names as readonly string[]).filter((name) => hasDim(by, name));
  return fromOneLine(() => {
    const product = contract(from as never, by as never, ...(over as never[])) as AnyTensor;
    return bias === undefined ? product : add(product as never, bias as never);
  }) as never;
}

/** A function of each element: `gelu`, `relu`, `silu`. */
export type Activation = <A extends string>(x: Tensor<A>) => Tensor<A>;

/** A weight, and maybe a bias of the dims that it leads to. */
export interface Linear<Weight extends string, Bias extends Weight = Weight> {
  readonly weight: Tensor<Weight>;
  readonly bias?: Tensor<Bias> | undefined;
}
