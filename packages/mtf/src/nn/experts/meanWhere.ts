import { elements } from "../../dimension.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { spread } from "../../ops/broadcast/broadcast.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { reduction } from "../../ops/reduce/reduce.ts";

/** The mean of all numbers, or of those where a condition holds; 0 where it holds nowhere. */
export function meanWhere(x: AnyTensor, condition: AnyTensor | undefined): AnyTensor {
  const total = (y: AnyTensor) => reduction("sum", y, y.names as readonly string[]);
  if (!condition) return apply("mul", total(x), 1 / elements(dimsOf(x)));
  const counted = apply("toFloat32", spread(condition, dimsOf(x)));
  return apply("div", total(apply("where", condition, x, 0)), apply("maximum", total(counted), 1));
}
