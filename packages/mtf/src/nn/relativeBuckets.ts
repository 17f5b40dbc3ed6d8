import { countArgument, numberArgument, optionsArgument } from "../arguments.ts";
import type { Tensor } from "../graph/tensor.ts";
import { misuse, tensorArgument } from "../ops/check.ts";
import { type Argument, apply } from "../ops/elementwise/apply.ts";

/** How relative positions are put into buckets. */
export interface BucketOptions {
  /** How many buckets there are; 32 by default. */
  readonly buckets?: number | undefined;
  /** From this distance on all are in the last bucket; 128 by default. */
  readonly farthest?: number | undefined;
  /** Whether half of the buckets are for what lies ahead. By default that counts as distance 0. */
  readonly bidirectional?: boolean | undefined;
}

/**
 * T5's buckets of relative positions: one for each distance while it is near, and from there on wider
 * ones, by the logarithm. A bias by bucket and head is what T5 adds to scores.
 *
 * @param relative the position of what is looked at less one's own, int32
 * @throws MtfError `dtype-mismatch`, `bad-argument`
 * @example
 * const bucket = relativeBuckets(relativePositions(length, memory), { bidirectional: true });
 * const bias = gather(relativeBias, bucket, "bucket"); // [bucket, heads] -> [length, memory, heads]
 * attention(query, keys, values, { over: "memory", within: "kv", bias });
 */
export function relativeBuckets<A extends string>(
  relative: Tensor<A, "int32">,
  options: BucketOptions = {},
): Tensor<A, "int32"> {
  const op = "relativeBuckets";
  const back = apply("neg", tensorArgument(op, "relative", relative, ["int32"]));
  optionsArgument(op, "options", options, ["buckets", "farthest", "bidirectional"]);
  const { buckets = 32, farthest = 128, bidirectional = false } = options;
  countArgument(op, "options.buckets", buckets, bidirectional ? 4 : 2);
  numberArgument(op, "options.farthest", farthest);
  const own = bidirectional ? Math.floor(buckets / 2) : buckets;
  const near = Math.floor(own / 2);
  if (!(farthest > near)) {
    const sentence = `${op}: 'options.farthest' is ${farthest}, and each distance below ${near} has a bucket.`;
    throw misuse("bad-argument", sentence, { relative });
  }
  const distance = bidirectional ? apply("abs", back) : apply("maximum", back, 0);
  const ratio = apply("mul", apply("toFloat32", apply("maximum", distance, 1)), 1 / near);
  // In the order in which T5 computes it, for where a distance is on the edge of two buckets.
  const steps = apply(
    "mul",
    apply("div", apply("log", ratio), Math.log(farthest / near)),
    own - near,
  );
  const far = apply("minimum", apply("add", apply("toInt32", steps), near), own - 1);
  const bucket = apply("where", apply("less", distance, near), distance, far);
  if (!bidirectional) return bucket as never;
  const side: Argument = apply("mul", apply("toInt32", apply("less", back, 0)), own);
  return apply("add", bucket, side) as never;
}
