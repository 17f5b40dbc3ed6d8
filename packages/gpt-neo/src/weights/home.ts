import { basename, dirname } from "node:path";

/** The file that says what a checkpoint of ours holds. */
export const checkpointFile = "checkpoint.json";

/** Whether a folder of these names holds a checkpoint of ours, even if it has lost what says so. */
export function isCheckpointOf(names: readonly string[]): boolean {
  return names.includes(checkpointFile) || names.some((name) => part.test(name));
}

/** What the files are called that hold the parts of a checkpoint. */
const part = /^device-\d+(\.\d+)?\.safetensors$/;

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
