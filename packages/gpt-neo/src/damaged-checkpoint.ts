import { basename, dirname, join } from "node:path";
import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";
import { furtherAfresh } from "./further-afresh.ts";
import { optionsInWords } from "./options-in-words.ts";
import { savedSteps, stepFolder } from "./run-checkpoints.ts";

/** What brings a file that is not there, where it is in another host's folder. */
const gathering = "gpt-neo gather, where hosts without a shared folder have saved";

/** What a checkpoint of a run is read for: to go on with the run, as a model, or to be looked at. */
export type Purpose = "resume" | "model" | "inspect";

/**
 * An error of a checkpoint where that is damaged, with where a file that is not there may be, and what
 * to go on from instead, if the run has anything; any other error as it is.
 *
 * @param path the checkpoint's folder
 */
export async function withWayBack(
  error: unknown,
  path: string,
  purpose: Purpose,
): Promise<unknown> {
  if (!(error instanceof MtfError) || error.code !== "bad-file") return error;
  const run = join(path, "..", "..");
  const own = /^step-(\d+)$/.exec(basename(path));
  if (!own) return error;
  const others = (await savedSteps(run)).filter((step) => step !== Number(own[1]));
  const before = others.findLast((step) => step < Number(own[1]));
  const isMissing = error.details.reason === "there is no such file";
  const known = isMissing ? [gathering] : (error.details.try ?? []);
  const advice = [...known, instead(path, run, purpose, before, others.at(-1))];
  return new MtfError(error.code, sentenceOf(error), { ...error.details, try: advice });
}

function instead(
  path: string,
  run: string,
  purpose: Purpose,
  before: number | undefined,
  last: number | undefined,
): string {
  if (purpose !== "resume") {
    const other = before ?? last;
    const whole = other === undefined ? run : stepFolder(run, other);
    return purpose === "model" ? optionsInWords({ model: whole }) : whole;
  }
  if (before !== undefined) return `removing ${path}, to go on from step ${before}`;
  return furtherAfresh(run);
}

/**
 * An error of the model that lies in a folder, with the last checkpoint in its place where the folder is a
 * run's; any other error as it is.
 */
export async function withCheckpoint(error: unknown, folder: string): Promise<unknown> {
  if (!(error instanceof MtfError) || error.code !== "bad-file") return error;
  const last = await lastIn(folder);
  if (last === undefined) return error;
  const advice = optionsInWords({ model: last });
  const { try: before = [], ...details } = error.details;
  return new MtfError(error.code, sentenceOf(error), { ...details, try: [...before, advice] });
}

/** The last checkpoint of a run, by its folder or by that of its checkpoints. */
export async function lastIn(folder: string): Promise<string | undefined> {
  const run = basename(folder) === "checkpoints" ? dirname(folder) : folder;
  const step = (await savedSteps(run)).at(-1);
  return step === undefined ? undefined : stepFolder(run, step);
}

/** An error of a model with the name of the option that the model was given by. */
export function asGivenBy(option: string, error: unknown): unknown {
  if (!(error instanceof MtfError) || error.details.try === undefined) return error;
  const advice = error.details.try.map((line) => line.replaceAll("`model: ", `\`${option}: `));
  return new MtfError(error.code, sentenceOf(error), { ...error.details, try: advice });
}
