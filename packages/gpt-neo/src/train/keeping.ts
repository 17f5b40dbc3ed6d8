import { join } from "node:path";
import type { Held } from "mtf/simulator";
import type { Position } from "../data/index.ts";
import { makeFolder } from "../make-folder.ts";
import { readAlong, saveModel } from "../model-folder.ts";
import { alone } from "../team.ts";
import { weightsOf } from "./average.ts";
import { saveStep, usuallyKept } from "./checkpoint.ts";
import type { State } from "./optimizer.ts";
import type { Training } from "./training.ts";

/** Where a run is, after a step. */
export interface Reached {
  readonly state: Held<State>;
  readonly step: number;
  readonly position: Position;
  readonly loss: number | undefined;
  /** The last validation. */
  readonly validated: { readonly step: number; readonly loss: number } | undefined;
}

/** What keeps a run's model and checkpoints. */
export interface Keeping {
  /** The step of the last checkpoint. */
  readonly saved: number | undefined;
  /** Saves a step, unless it is saved. */
  save(reached: Reached): Promise<void>;
}

/**
 * Keeps a run in its folder, or nowhere if it has none.
 *
 * @param saved the step of the checkpoint that it goes on from
 */
export async function keepingOf(training: Training, saved: number | undefined): Promise<Keeping> {
  const { out } = training;
  if (out === undefined) return { saved: undefined, save: async () => undefined };
  const { config, dataOrder, settings, tokenizer, kept, on, team = alone } = training;
  const { contents } = training.data;
  if (team.leads) await makeFolder(out);
  const steps = config.training.extra_saves;
  let last = saved;
  return {
    get saved() {
      return last;
    },
    async save({ state, step, position, loss, validated }) {
      if (last === step) return;
      if (team.leads) {
        // Before the model: one without is of a run that has lost its checkpoints.
        await makeFolder(join(out, "checkpoints"));
        await saveModel(out, config, weightsOf(state), tokenizer);
      } else await readAlong(config, weightsOf(state));
      const validationLoss = validated?.step === step ? validated.loss : undefined;
      const progress = { step, position, dataOrder, loss, validationLoss, contents, settings };
      await saveStep(out, state, progress, { ...usuallyKept, ...kept, steps }, team);
      last = step;
      await on.saved?.(step);
    },
  };
}
