import type { MaskedAttending } from "../../graph/kinds.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { product } from "../einsum/product.ts";
import { apply } from "../elementwise/apply.ts";
import { scoreDims } from "../flashAttention/operands.ts";
import { maskedOf } from "./operands.ts";

/** The lowest float32: what the score becomes of what is not to be seen. */
export const lowest = -3.4028234663852886e38;

/** The result, written out. */
export function maskedAttentionWrittenOut(
  attributes: MaskedAttending,
  operands: readonly AnyTensor[],
): AnyTensor {
  const { query, keys, values, visible } = maskedOf(operands);
  const dims = scoreDims(attributes, dimsOf(query), dimsOf(keys));
  const scores = apply("where", visible, product(query, keys, dims), lowest);
  const weights = makeTensor("softmax", { over: attributes.over }, [scores], {
    dims: dimsOf(scores),
    dtype: "float32",
  });
  return product(weights, values, dimsOf(query));
}
