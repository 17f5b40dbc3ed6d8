import type { Dimension } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { pick } from "../../ops/gather/gather.ts";
import { count } from "../../ops/iota/iota.ts";

/** The expert that each token prefers, the first of equals, and its gate. */
export function best(
  gates: AnyTensor,
  experts: Dimension,
): { readonly expert: AnyTensor; readonly gate: AnyTensor } {
  const dims = dimsOf(gates).filter((d) => d.name !== experts.name);
  const over = { over: experts.name };
  const expert = makeTensor("argmax", over, [gates], { dims, dtype: "int32" });
  return { expert, gate: pick(gates, expert, experts) };
}

/** Where along the experts each token's expert is. */
export function chosen(expert: AnyTensor, experts: Dimension): AnyTensor {
  return apply("equal", expert, count(experts));
}
