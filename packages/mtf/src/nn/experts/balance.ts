import { elements } from "../../dimension.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import type { Gating } from "./gating.ts";
import { whole } from "./important.ts";

/**
 * How unevenly experts are used (Shazeer and others, 2017): the number of experts times the sum over
 * them of the part of the tokens that choose one, times the mean of its gates, which has a gradient.
 * It is 1 where all are alike; the mean over groups.
 *
 * @param mask where along the experts a token's choice is: bool [… groups, tokens, experts]
 */
export function evenness(mask: AnyTensor, gates: AnyTensor, gating: Gating): AnyTensor {
  return scaled(product(mask, gates, gating), gating);
}

/** The same, each group by the part of its tokens that count. */
export function evennessByPart(mask: AnyTensor, gates: AnyTensor, gating: Gating): AnyTensor {
  const counts = whole(gating);
  const each = product(mask, gates, gating);
  if (!counts) return scaled(each, gating);
  return scaled(apply("mul", each, meanOver(apply("toFloat32", counts), gating)), gating);
}

function product(mask: AnyTensor, gates: AnyTensor, gating: Gating): AnyTensor {
  return apply("mul", meanOver(apply("toFloat32", mask), gating), meanOver(gates, gating));
}

function meanOver(x: AnyTensor, { tokens }: Gating): AnyTensor {
  return apply("mul", reduction("sum", x, [tokens.name]), 1 / tokens.size);
}

function scaled(each: AnyTensor, { experts }: Gating): AnyTensor {
  const total = reduction("sum", each, each.names as readonly string[]);
  return apply("mul", total, experts.size ** 2 / elements(dimsOf(each)));
}
