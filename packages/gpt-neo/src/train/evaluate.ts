import { type Layout, lower, placeholder, type Scalar, type Tensor } from "mtf";
import type { Devices, Held } from "mtf/simulator";
import type { Config } from "../config/index.ts";
import {
  type Batch,
  batchesInOrder,
  ignoredLabel,
  type SampleSet,
  thinned,
} from "../data/index.ts";
import { documentOptions } from "../documents.ts";
import { labelCount, totalLoss } from "../loss.ts";
import { type Dims, modelOf, type Parameters } from "../models/index.ts";
import type { DataOrder } from "./data/order.ts";

/** The mean loss of samples that are not trained on. */
export type Validation = (parameters: Held<Parameters>) => Promise<number>;

type Rows = Tensor<"batch" | "length", "int32">;

/** The summed loss of labels and how many there are. */
export function evaluationStep(
  config: Config,
  dims: Dims,
): (parameters: Parameters, tokens: Rows, labels: Rows) => readonly [Scalar, Scalar] {
  return (parameters, tokens, labels) => {
    const options = documentOptions(config, dims, tokens);
    const { logits } = modelOf(config).forward(config, dims, parameters, tokens, options);
    return [totalLoss(logits, labels), labelCount(labels, dims.vocab.size)];
  };
}

/** Loads the program that validates, for batches of the dims' size. */
export async function loadValidation(
  config: Config,
  dims: Dims,
  layout: Layout,
  devices: Devices,
  samples: SampleSet,
  onProgress?: (done: number, all: number) => void,
): Promise<Validation> {
  const rows = placeholder([dims.batch, dims.length], "int32");
  const program = lower(evaluationStep(config, dims), {
    layout,
    inputs: [modelOf(config).placeholders(config, dims), rows, rows] as const,
  });
  const run = await devices.load(program);
  return async (parameters) => {
    let sum = 0;
    let count = 0;
    const most = config.training.eval_batches ?? Number.POSITIVE_INFINITY;
    const all = Math.min(most, Math.ceil(samples.count / dims.batch.size));
    let done = 0;
    for (const batch of batchesInOrder(samples, dims.batch.size, most)) {
      const { tokens, labels } = filled(batch, dims.batch.size);
      const [loss, labelled] = await run(parameters, tokens, labels);
      sum += await loss.number();
      count += await labelled.number();
      onProgress?.(++done, all);
    }
    return sum / count;
  };
}

/** Batches a validation looks at where nothing says how many. */
export const usualEvalBatches = 32;

/** Of the samples held back those that a validation looks at: runs of the first order take all. */
export function samplesToLookAt(
  { training }: Config,
  dims: Dims,
  samples: SampleSet,
  order: DataOrder,
): SampleSet {
  if (order === 1) return samples;
  return thinned(samples, (training.eval_batches ?? usualEvalBatches) * dims.batch.size);
}

/** A batch with as many rows as the program takes; rows added have no labels. */
export function filled(
  batch: Batch,
  rows: number,
): { readonly tokens: Int32Array; readonly labels: Int32Array } {
  if (batch.rows === rows) return batch;
  const tokens = new Int32Array(rows * batch.context);
  const labels = new Int32Array(rows * batch.context).fill(ignoredLabel);
  tokens.set(batch.tokens);
  labels.set(batch.labels);
  return { tokens, labels };
}
