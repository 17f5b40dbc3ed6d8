import type { AnyTensor } from "../../graph/tensor.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { logsumexp } from "../../ops/softmax/softmax.ts";
import type { Gating } from "./gating.ts";
import { whole } from "./important.ts";
import { meanWhere } from "./meanWhere.ts";

/** The mean square of log Σ exp of the logits of tokens that count: keeps logits near 0. */
export function routerZ(gating: Gating): AnyTensor {
  const total: AnyTensor = logsumexp(gating.logits, gating.experts.name);
  return meanWhere(apply("square", total), whole(gating));
}
