import { always, isOff, note, printed, problem, type Rule, unlessOff } from "../key-rules.ts";
import { typed } from "./rule-kinds.ts";

/** How long a run is, what it saves and how it begins. */
export const trainingRules: Readonly<Record<string, Rule>> = {
  train_iters: typed("number", 1),
  train_epochs: unlessOff(
    "counted epochs, whose length is known only when all data are read; the steps are train_iters " +
      "or `steps`",
  ),
  train_batch_size: typed("number", 1),
  train_micro_batch_size_per_gpu: typed("number", 1),
  gradient_accumulation_steps: typed("number", 1),
  eval_interval: typed("number", 1),
  eval_iters: typed("number", 0),
  save_interval: typed("number", 1),
  checkpoint_factor: typed("number", 1),
  checkpoint_scale: (value) =>
    value === "linear" || isOff(value)
      ? undefined
      : note("saved ever more seldom; here every checkpoint_factor steps"),
  extra_save_iters: (value) =>
    isOff(value) || (Array.isArray(value) && value.every(isCount))
      ? undefined
      : problem(`is ${printed(value)}, no list of steps`),
  exit_interval: typed("number", 1),
  keep_last_n_checkpoints: always("`keep` says how many; two by default, and extra_save_iters"),
  seed: typed("number", 0),
  finetune: unlessOff("starts from weights without their optimizer's state, as `model` does"),
};

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
