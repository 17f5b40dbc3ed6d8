import type { Parameters } from "./models/index.ts";

/** A function of parameters to be loaded: with its other arguments, and which of all it gives up. */
export type Built<Arguments extends readonly unknown[], Result> = readonly [
  fn: (parameters: Parameters, ...rest: Arguments) => Result,
  rest: Arguments,
  donate?: readonly number[],
];
