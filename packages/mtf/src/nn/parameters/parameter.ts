import { functionArgument } from "../../arguments.ts";
import type { Dimension, Dimensions } from "../../dimension.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { newDims } from "../../ops/check.ts";
import type { Key } from "../../ops/random/key.ts";

/** Initial values: a function of a key and of the dims they are for. */
export type Initializer = <N extends string>(key: Key, dims: readonly Dimension<N>[]) => Tensor<N>;

/** A weight of a layer before there are numbers: its dims, and what it begins as. */
export interface Parameter<N extends string> {
  readonly "~parameter": true;
  readonly dims: readonly Dimension<N>[];
  readonly initial: Initializer;
}

/**
 * A weight of a layer of your own.
 *
 * @throws MtfError `duplicate-dim`, `bad-argument`
 * @example
 * const scale = parameter([embd], constantly(1));
 */
export function parameter<const N extends readonly string[] = []>(
  dims: Dimensions<N>,
  initial: Initializer,
): Parameter<N[number]> {
  newDims("parameter", "dims", dims);
  functionArgument("parameter", "initial", initial);
  return { "~parameter": true, dims: dims as never, initial };
}

/** Whether a value of a tree is a parameter. @example leavesOf(params, isParameter).length */
export function isParameter(value: unknown): value is Parameter<string> {
  return typeof value === "object" && value !== null && "~parameter" in value;
}
