import { add, div, mul, type Scalar, type Tensor } from "mtf";
import { linearCrossEntropy } from "mtf/nn";
import type { Config } from "./config/index.ts";
import { type LossSums, lossSums } from "./loss.ts";
import { type Forward, modelOf, type Parameters } from "./models/index.ts";

/** A product of fewer rows takes longer to fetch the table of tokens than to compute. */
const leastRows = 256;
/** Of each row of a batch, so that a device that has one of them has these. */
const leastOfRow = 64;

/** A loss, and what it is made of. */
export interface MeanLoss {
  /** What is trained on, over `count` labels. */
  readonly mean: Scalar;
  readonly sums: LossSums;
}

/**
 * The loss of a model's results, of labels that may be some of the `count`. Where blocks are computed again
 * to need less memory, logits are of some positions at a time.
 */
export function meanLoss(
  config: Config,
  parameters: Parameters,
  { final, logits }: Pick<Forward, "final" | "logits">,
  labels: Tensor<"batch" | "length", "int32">,
  count: Scalar,
): MeanLoss {
  const { loss, recompute, z_loss } = config.training;
  if (recompute && loss !== "entmax") {
    const { table, bias } = modelOf(config).outputOf(parameters);
    const rows = Math.max(leastRows, leastOfRow * labels.dims.batch.size);
    const options = { over: "vocab", bias, count, zLoss: z_loss, rows } as const;
    const { total, ...sums } = linearCrossEntropy(final, table, labels, options);
    return { mean: total, sums: z_loss === 0 ? { loss: sums.loss } : sums };
  }
  const sums = lossSums(config, logits, labels);
  const whole = sums.squares ? add(sums.loss, mul(sums.squares, z_loss)) : sums.loss;
  return { mean: div(whole, count), sums };
}
