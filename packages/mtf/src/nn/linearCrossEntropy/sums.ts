import type { Dimension } from "../../dimension.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import { linear } from "../linear.ts";
import { smoothedParts } from "../smoothedParts.ts";

/** What a cross entropy of products is computed from. */
export interface Given {
  readonly x: AnyTensor;
  readonly labels: AnyTensor;
  readonly table: AnyTensor;
  readonly bias: AnyTensor | undefined;
  readonly count: AnyTensor | undefined;
}

/** Which cross entropy it is. */
export interface Kind {
  readonly classes: Dimension;
  readonly smoothing: number;
  readonly zLoss: number;
}

/** Sums over positions. */
export interface Sums {
  readonly loss: AnyTensor;
  readonly squares: AnyTensor;
}

/** Sums over all positions, and what is trained on. */
export interface WithTotal extends Sums {
  readonly total: AnyTensor;
}

/** The sums over some positions, with the logits of all of these. */
export function sumsOf({ x, labels, table, bias }: Given, kind: Kind): Sums {
  const logits = linear(x as Tensor<string>, table as Tensor<string>, bias as never);
  const { loss, square } = smoothedParts(logits as never, labels, kind.classes, kind.smoothing);
  const positions = labels.names as readonly string[];
  return {
    loss: reduction("sum", loss, positions),
    squares: reduction("sum", square, positions),
  };
}

/** What is trained on, before it is divided. */
export function wholeOf({ loss, squares }: Sums, { zLoss }: Kind): AnyTensor {
  return zLoss === 0 ? loss : apply("add", loss, apply("mul", squares, zLoss));
}

/** The sums, and what is trained on. */
export function withTotal(sums: Sums, kind: Kind, { count }: Given): WithTotal {
  const whole = wholeOf(sums, kind);
  return { ...sums, total: count ? apply("div", whole, count) : whole };
}

/** All positions at once. */
export function inOne(given: Given, kind: Kind): WithTotal {
  return withTotal(sumsOf(given, kind), kind, given);
}
