import { type Team, teamOf } from "../team.ts";
import { loadWeights } from "../weights/index.ts";
import { checkListener } from "./check-listener.ts";
import { checkOptions } from "./check-options.ts";
import { areDocuments } from "./data/given.ts";
import { goingOn } from "./going-on.ts";
import type { TrainListener } from "./listener.ts";
import { withMachine } from "./machine.ts";
import type { KeptRun, OnMachine, TrainOptions } from "./options.ts";
import { type Trained, type TrainedInFolder, type TrainedModel, trainFrom } from "./train-from.ts";

/**
 * Trains a model: a new one of a config, or one that goes on from a folder's weights. With `out` the
 * run is kept in that folder: model, log and checkpoints. Without it nothing is written, and the
 * trained model stays on its devices, for `generate`, `score` and `evaluate`, until it is closed.
 *
 * Documents are read whole before the first step, which need not fit into memory.
 *
 * With the runtime `mpi` all processes call it alike. The first of them reads the data, writes the folder
 * and is the only one whose listener is told anything; a signal may come to any. Weights, and the
 * checkpoint of a run that goes on, are read by all. Where it throws in one, all processes end.
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
  let team = teamOf(options);
  try {
    const shared = await team.share(() => optionsOfRun(options));
    const all = { ...only(options, areDocuments), ...shared };
    // A run that goes on may remember where it ran.
    team = teamOf(all);
    return await trainAs(team, all, listener);
  } catch (error) {
    team.fail(error as Error);
    throw error;
  }
}

/** All options but documents, which may be anything that gives them, and are the first process's. */
async function optionsOfRun(given: TrainOptions): Promise<OnMachine> {
  const all = await withMachine(await goingOn(given));
  return only(all, (value) => !areDocuments(value)) as OnMachine;
}

function only(options: TrainOptions, are: (value: unknown) => boolean): TrainOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => are(value)));
}

async function trainAs(team: Team, options: OnMachine, listener: TrainListener): Promise<Trained> {
  const { model, remembered } = options;
  const config = remembered?.found.config ?? options.config;
  const weights =
    model === undefined
      ? undefined
      : await loadWeights(model, config === undefined ? {} : { config });
  try {
    return await trainFrom(options, weights, team.leads ? listener : heard(listener), team);
  } finally {
    await weights?.close();
  }
}

/** Of a listener what asks the run to end. */
function heard({ signal, stopped }: TrainListener): TrainListener {
  return { signal, stopped };
}
