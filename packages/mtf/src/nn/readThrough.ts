import type { Tensor } from "../graph/tensor.ts";
import { namedDim } from "../ops/check.ts";
import { attention } from "./attention.ts";
import { dense } from "./dense.ts";
import type { ExtraLogit } from "./extraLogit.ts";
import type { Linear } from "./linear.ts";

/** How a position of one tensor weighs those it looks at. */
export interface Scoring<Seen extends string, Bias extends string> {
  /** The dim of the projections in which a query is compared with a key. */
  readonly within: string;
  /** What scores are multiplied by; by default 1 over the root of the size of `within`. */
  readonly scale?: number | undefined;
  /** What is added to scores that have been scaled: `alibi`, a bias by `relativeBuckets`. */
  readonly bias?: Tensor<Bias> | undefined;
  /** Where a position may look: `causal(length, memory)`. By default everywhere. */
  readonly visible?: Tensor<Seen, "bool"> | undefined;
  /** The logit of looking nowhere. By default there is none. */
  readonly extra?: ExtraLogit | undefined;
  /** Applied to the weights of what is seen: dropout. */
  readonly weights?: (<N extends string>(weights: Tensor<N>) => Tensor<N>) | undefined;
}

export const scoringOptions = ["within", "scale", "bias", "visible", "extra", "weights"] as const;

/** What queries read from values, through the projection out of the heads. */
export function readThrough(
  op: string,
  query: Tensor<string>,
  keys: Tensor<string>,
  values: Tensor<string>,
  out: Linear<string>,
  over: string,
  scoring: Scoring<never, never>,
): Tensor<string> {
  const { size } = namedDim(op, "options.within", query, scoring.within);
  const scale = scoring.scale ?? 1 / Math.sqrt(size);
  const read = attention(query, keys, values, { ...scoring, scale, over });
  return dense(read, out) as never;
}
