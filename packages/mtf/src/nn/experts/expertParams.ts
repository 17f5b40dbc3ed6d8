import { booleanArgument, functionArgument, optionsArgument } from "../../arguments.ts";
import type { Dimension } from "../../dimension.ts";
import { varianceScaling, type WeightInitializer } from "../parameters/initializers.ts";
import { type Parameter, parameter } from "../parameters/parameter.ts";

/** What experts' networks have beside their dims. */
export interface ExpertParamsOptions<Gated extends boolean> {
  /** Whether the inner layer is multiplied by a gate; false by default. */
  readonly gated?: Gated | undefined;
  /** What weights begin as; a tenth of the usual variance by default, as Switch Transformers have it. */
  readonly initial?: WeightInitializer | undefined;
}

/** The parameters of a mixture of experts. */
export type ExpertParams<
  E extends string,
  X extends string,
  F extends string,
  Gated extends boolean,
> = {
  readonly router: Parameter<E | X>;
  readonly up: Parameter<X | E | F>;
  readonly down: Parameter<X | E | F>;
} & (Gated extends true ? { readonly gate: Parameter<X | E | F> } : unknown);

/**
 * The parameters of `mixtureOfExperts`.
 *
 * @throws MtfError `duplicate-dim`, `unknown-option`
 * @example
 * const params = expertParams(embd, dimension("expert", 8), hidden);
 */
export function expertParams<
  E extends string,
  X extends string,
  F extends string,
  const Gated extends boolean = false,
>(
  features: Dimension<E>,
  experts: Dimension<X>,
  inner: Dimension<F>,
  options: ExpertParamsOptions<Gated> = {},
): ExpertParams<E, X, F, Gated> {
  const op = "expertParams";
  optionsArgument(op, "options", options, ["gated", "initial"]);
  const { gated = false, initial = varianceScaling({ scale: 0.1 }) } = options;
  booleanArgument(op, "options.gated", gated);
  functionArgument(op, "options.initial", initial);
  const into = () => parameter([experts, features, inner], initial([features], [inner]));
  return {
    router: parameter([features, experts], initial([features], [experts])),
    up: into(),
    ...(gated && { gate: into() }),
    down: parameter([experts, inner, features], initial([inner], [features])),
  } as never;
}
