import { booleanArgument, functionArgument, optionsArgument } from "../arguments.ts";
import type { Dimensions } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type Activation, type Linear, linear } from "./linear.ts";
import { constantly, varianceScaling, type WeightInitializer } from "./parameters/initializers.ts";
import { type Parameter, parameter } from "./parameters/parameter.ts";

/** What a dense layer has beside its dims. */
export interface DenseOptions<Bias extends boolean> {
  /** Whether something is added; true by default. */
  readonly bias?: Bias | undefined;
  /** What the weight begins as; `varianceScaling()` by default. */
  readonly initial?: WeightInitializer | undefined;
}

/** The parameters of a dense layer. */
export type DenseParams<
  From extends string,
  To extends string,
  Bias extends boolean,
> = Bias extends true
  ? { readonly weight: Parameter<From | To>; readonly bias: Parameter<To> }
  : { readonly weight: Parameter<From | To> };

/**
 * The parameters of `dense`: a weight, which leads from some dims to others, and a bias, which begins
 * as 0.
 *
 * @throws MtfError `duplicate-dim`, `unknown-option`
 * @example
 * const query = denseParams([embd], [heads, kv], { bias: false });
 */
export function denseParams<
  const From extends readonly string[],
  const To extends readonly string[],
  const Bias extends boolean = true,
>(
  from: Dimensions<From>,
  to: Dimensions<To>,
  options: DenseOptions<Bias> = {},
): DenseParams<From[number], To[number], Bias> {
  const op = "denseParams";
  optionsArgument(op, "options", options, ["bias", "initial"]);
  const { bias = true, initial = varianceScaling() } = options;
  booleanArgument(op, "options.bias", bias);
  functionArgument(op, "options.initial", initial);
  const weight = parameter([...from, ...to] as never, initial(from as never, to as never));
  return (bias ? { weight, bias: parameter(to, constantly(0)) } : { weight }) as never;
}

/**
 * x times a weight, summed over the dims that both have; then the bias and an activation, if there are
 * any.
 *
 * @throws MtfError `missing-dim` where they share no dim, `size-mismatch`, `dtype-mismatch`
 * @example
 * const params = denseParams([embd], [ff]);
 * const h = dense(x, initialValues(k, params), relu); // [batch, length, embd] -> [batch, length, ff]
 */
export function dense<A extends string, W extends string, B extends W>(
  x: Tensor<A>,
  params: Linear<W, B>,
  activation?: Activation,
): Tensor<Exclude<A, W> | Exclude<W, A>> {
  optionsArgument("dense", "params", params, ["weight", "bias"]);
  const y = linear(x, params.weight, params.bias as never);
  if (activation === undefined) return y;
  functionArgument("dense", "activation", activation);
  return activation(y);
}
