import type { Config } from "../../config/index.ts";
import type { Progress } from "../../progress.ts";
import type { Origin } from "../../train/begin.ts";
import type { Progress as Saved } from "../../train/checkpoint.ts";
import type { Claim } from "../../train/claim.ts";
import type { TrainOptions } from "../../train/options.ts";
import { changedSettings, type Settings } from "../../train/settings.ts";
import type { Outcome } from "../../train/training.ts";

/** Says what a run begins from, and what has changed since. */
export function tellBeginning(
  { out, resume }: TrainOptions,
  { max_position_embeddings: positions, training: { context } }: Config,
  from: Origin,
  found: Claim["checkpoint"],
  settings: Settings,
  progress: Progress,
): void {
  if (context < positions) {
    const told = `the model's ${positions} positions: eval and generate will use as many`;
    progress.note(`trains on ${context} of ${told}`);
  }
  if (!found) {
    if (resume) progress.note(`${out} has no checkpoint yet: starting afresh`);
    if (from.kind !== "optimizer") return;
    progress.note(`going on from step ${from.optimizer.step}, with data from their beginning`);
    return;
  }
  progress.note(`going on from step ${found.progress.step} of ${out}`);
  for (const change of changedSettings(found.progress.settings, settings)) {
    progress.note(`changed since: ${change}`);
  }
}

/** Says that a run has all of its steps behind it, and what would go on. */
export function finishedBefore(
  out: string,
  { step, loss }: Saved,
  steps: number,
  progress: Progress,
): Outcome & { readonly out: string } {
  progress.note(`${out} is at step ${step} of ${steps}: nothing is left to do`);
  progress.note(`to go on: gpt-neo train --out ${out} --resume --steps ${2 * step}`);
  return { out, step, saved: step, loss, validationLoss: undefined, finished: true };
}

/** Says what is saved of a run that was interrupted, and what goes on with it. */
export function tellInterrupted({ step, saved }: Outcome, again: string, progress: Progress): void {
  const kept = saved === undefined ? "nothing is saved" : `saved after step ${saved}`;
  const lost = saved === step ? "" : ", as the last steps did not go well";
  progress.note(`${kept}${lost}; ${again} goes on`);
}
