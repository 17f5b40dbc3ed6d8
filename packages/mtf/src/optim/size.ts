import { elements } from "../dimension.ts";
import { type AnyTensor, dimsOf } from "../graph/tensor.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { reduction } from "../ops/reduce/reduce.ts";

/** How many elements dims of a tensor have together. */
export function sizeOf(x: AnyTensor, names: readonly string[]): number {
  return elements(dimsOf(x).filter((d) => names.includes(d.name)));
}

export function meanOver(x: AnyTensor, names: readonly string[]): AnyTensor {
  return apply("mul", reduction("sum", x, names), 1 / sizeOf(x, names));
}

/** The root of the mean of all squares, for each place in the stacked dims. */
export function rootMeanSquare(x: AnyTensor, stacked: readonly string[] = []): AnyTensor {
  const names = x.names.filter((name) => !stacked.includes(name));
  return apply("sqrt", meanOver(apply("square", x), names));
}
