import type { Attributes } from "../../graph/kinds.ts";
import { makeNode } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";

/** What the update of one parameter is computed from; the last four are scalars. */
export interface AdamOperands {
  readonly parameter: AnyTensor;
  readonly gradient: AnyTensor;
  readonly mean: AnyTensor;
  readonly variance: AnyTensor;
  readonly rate: AnyTensor;
  /** 1 - beta1^step, and the same of beta2. */
  readonly meanCorrection: AnyTensor;
  readonly varianceCorrection: AnyTensor;
  /** 0 where nothing is to change. */
  readonly gate: AnyTensor;
}

/** One parameter's step of Adam: new parameter, mean and variance. */
export function adamUpdate(
  operands: AdamOperands,
  attributes: Attributes["adam"],
): readonly [AnyTensor, AnyTensor, AnyTensor] {
  const { parameter, gradient, mean, variance, rate, gate } = operands;
  const { meanCorrection, varianceCorrection } = operands;
  const result = { dims: dimsOf(parameter), dtype: "float32" } as const;
  return makeNode(
    "adam",
    attributes,
    [parameter, gradient, mean, variance, rate, meanCorrection, varianceCorrection, gate],
    [result, result, result],
  ) as unknown as readonly [AnyTensor, AnyTensor, AnyTensor];
}
