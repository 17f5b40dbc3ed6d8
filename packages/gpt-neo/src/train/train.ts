import { loadWeights } from "../weights/index.ts";
import { goingOn } from "./begun-with.ts";
import { checkListener } from "./check-listener.ts";
import { checkOptions } from "./check-options.ts";
import type { TrainListener } from "./listener.ts";
import { withMachine } from "./machine.ts";
import type { KeptRun, TrainOptions } from "./options.ts";
import { type Trained, type TrainedInFolder, type TrainedModel, trainFrom } from "./train-from.ts";

/**
 * Trains a model: a new one of a config, or one that goes on from a folder's weights. With `out` the
 * run is kept in that folder: model, log and checkpoints. Without it nothing is written, and the
 * trained model stays on its devices, for `generate`, `score` and `evaluate`, until it is closed.
 *
 * Documents are read whole before the first step, which need not fit into memory.
 *
 * @param listener what is told of the run, and the signal that ends it
 * @throws MtfError `bad-argument` for options, configs and data that do not go together, and where
 * training diverges; `bad-file` for bad data, and where the disk fails; `out-of-memory` where the
 * machine has not enough; `device-failed`. The signal's reason, before the first step.
 * @example
 * const documents = ["One fish, two fish.", "Red fish, blue fish."];
 * const { model } = await train(
 *   { config: "tiny", data: { documents }, steps: 200 },
 *   { onStep: ({ step, loss }) => console.log(step, loss) },
 * );
 * for await (const text of generateText(model, "One ")) console.log(text);
 * await model.close();
 */
export function train(options: KeptRun, listener?: TrainListener): Promise<TrainedInFolder>;
export function train(
  options: TrainOptions & { readonly out?: undefined },
  listener?: TrainListener,
): Promise<TrainedModel>;
export async function train(options: TrainOptions, listener: TrainListener = {}): Promise<Trained> {
  checkOptions(options);
  checkListener(listener);
  const all = await withMachine(await goingOn(options));
  const { model, config } = all;
  const weights =
    model === undefined
      ? undefined
      : await loadWeights(model, config === undefined ? {} : { config });
  try {
    return await trainFrom(all, weights, listener);
  } finally {
    await weights?.close();
  }
}
