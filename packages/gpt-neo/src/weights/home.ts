import { basename, dirname } from "node:path";

/** The file that says what a checkpoint of ours holds. */
export const checkpointFile = "checkpoint.json";

/**
 * The folder that has the config and the tokenizer of weights: theirs, or for a run's checkpoint the
 * run's.
 *
 * @example
 * homeOf("runs/book/checkpoints/step-45/checkpoint.json"); // runs/book
 */
export function homeOf(file: string): string {
  const folder = dirname(file);
  const above = dirname(folder);
  const isOfRun = basename(file) === checkpointFile && basename(above) === "checkpoints";
  return isOfRun ? dirname(above) : folder;
}
