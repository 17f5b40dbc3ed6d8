import { lower } from "mtf";
import type { Held } from "mtf/simulator";
import type { Config } from "../config/index.ts";
import { type Batch, batchesInOrder, type SampleSet, thinned } from "../data/index.ts";
import { nothingLookedAt } from "../data/nothing-to-validate.ts";
import { type Dims, modelOf, type Parameters } from "../models/index.ts";
import { padRows, rowsOf } from "../rows.ts";
import { scoringStep } from "../scoring-step.ts";
import { alone, type Team } from "../team.ts";
import type { Place } from "./begin.ts";
import type { DataOrder } from "./data/order.ts";

/** The mean loss of samples that are not trained on. */
export type Validation = (parameters: Held<Parameters>) => Promise<number>;

/**
 * Loads the program that validates, for batches of the dims' size.
 *
 * @param samples asked for with the first validation, in the first process
 */
export async function loadValidation(
  { config, dims, layout, devices }: Place,
  samples: () => Promise<SampleSet>,
  onProgress?: (done: number, all: number) => void,
  { leads, share }: Team = alone,
): Promise<Validation> {
  const rows = rowsOf(dims);
  const program = lower(scoringStep(config, dims), {
    layout,
    inputs: [modelOf(config).placeholders(config, dims), rows, rows] as const,
  });
  const run = await devices.load(program);
  let ready: Promise<SampleSet> | undefined;
  return async (parameters) => {
    let sum = 0;
    let count = 0;
    const most = config.training.eval_batches ?? Number.POSITIVE_INFINITY;
    if (leads) ready ??= samples();
    const all = await share(async () =>
      Math.min(most, Math.ceil((await ready)!.count / dims.batch.size)),
    );
    const batches = ready && batchesInOrder(await ready, dims.batch.size, most);
    for (let done = 0; done < all; ) {
      const batch = await share(() => batches!.next().value as Batch);
      // Its rows lie one after the other, so it is padded as one.
      const { tokens, labels } = padRows([batch], dims.batch.size, batch.context);
      const [loss, labelled] = await run(parameters, tokens, labels);
      sum += await loss.number();
      count += await labelled.number();
      onProgress?.(++done, all);
    }
    if (count === 0) throw nothingLookedAt();
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
