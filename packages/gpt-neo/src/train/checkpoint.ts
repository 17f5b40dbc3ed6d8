import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type AdamState, MtfError } from "mtf";
import { isCheckpoint, openCheckpoint, removeCheckpoint, saveCheckpoint } from "mtf/checkpoint";
import { draftedAs } from "mtf/files";
import type { Held } from "mtf/simulator";
import { withWayBack } from "../damaged-checkpoint.ts";
import type { Position } from "../data/index.ts";
import type { Parameters } from "../models/index.ts";
import { savedSteps, stepFolder } from "../run-checkpoints.ts";
import { alone, type Team } from "../team.ts";
import type { Contents } from "./data/changed-content.ts";
import type { DataOrder } from "./data/order.ts";
import { areComparable } from "./data/validated-on.ts";
import type { State } from "./optimizer.ts";
import type { Settings } from "./settings.ts";

/** What a checkpoint holds beside tensors. */
export interface Progress {
  readonly step: number;
  /** The samples taken so far. */
  readonly position: Position;
  /** The order that they come in; older checkpoints say none, and have the first. */
  readonly dataOrder?: DataOrder;
  /** The loss of the step; older checkpoints have none. */
  readonly loss?: number | undefined;
  /** The validation loss after the step, if one was measured there. */
  readonly validationLoss?: number | undefined;
  /** What tells the data so far from others; older checkpoints have none. */
  readonly contents?: Contents | undefined;
  /** The settings of the run, to name those that changed when it goes on. */
  readonly settings: Settings;
}

/** Which checkpoints a run keeps beside the best one. */
export interface Kept {
  /** The last ones, at least one. */
  readonly last: number;
  /** Those after every so many steps, for good. */
  readonly every?: number | undefined;
  /** Those after these steps, for good. */
  readonly steps?: readonly number[] | undefined;
}

/** What a run keeps where nobody says. */
export const usuallyKept: Kept = { last: 2 };

/**
 * Saves the state after a step, which all processes do, and removes checkpoints that are not kept: the
 * first says which, as those that have folders of their own have them there as well.
 */
export async function saveStep(
  folder: string,
  state: Held<State>,
  progress: Progress,
  kept: Kept = usuallyKept,
  { leads, share }: Pick<Team, "leads" | "share"> = alone,
): Promise<void> {
  // Each optimizer keeps other trees; all of them are held.
  const held = state as Held<AdamState<Parameters>>;
  await saveCheckpoint(stepFolder(folder, progress.step), held, progress);
  const removed = await share(async () => {
    const passing = await passingSteps(folder, progress.step, kept);
    for (const step of passing) await removeCheckpoint(stepFolder(folder, step));
    return passing;
  });
  if (!leads) for (const step of removed) await removeCheckpoint(stepFolder(folder, step));
}

/** The steps whose checkpoints are not kept now that there is one of this step. */
async function passingSteps(
  folder: string,
  own: number,
  { last, every, steps = [] }: Kept,
): Promise<readonly number[]> {
  const isForGood = (step: number): boolean =>
    steps.includes(step) || (every !== undefined && step % every === 0);
  const passing = (await savedSteps(folder)).filter((step) => step !== own && !isForGood(step));
  const best = await bestStep(folder);
  return passing.slice(0, Math.max(0, passing.length + 1 - last)).filter((step) => step !== best);
}

/**
 * The step whose checkpoint has the lowest loss of those that were validated as the last one was; the last
 * of equals.
 */
export async function bestStep(folder: string): Promise<number | undefined> {
  let best: { readonly step: number; readonly loss: number } | undefined;
  let last: Progress | undefined;
  for (const step of (await savedSteps(folder)).toReversed()) {
    // One that is damaged is nobody's best, and says so when it is gone on from.
    const checkpoint = await openCheckpoint(stepFolder(folder, step)).catch(() => undefined);
    await checkpoint?.close();
    const progress = checkpoint?.metadata as Progress | undefined;
    const validationLoss = progress?.validationLoss;
    if (!progress || validationLoss === undefined) continue;
    last ??= progress;
    if (!areComparable(progress, last)) continue;
    if (validationLoss < (best?.loss ?? Number.POSITIVE_INFINITY))
      best = { step, loss: validationLoss };
  }
  return best?.step;
}

/**
 * The last checkpoint of a run, or undefined if it has none.
 *
 * @throws MtfError `bad-file` where it is damaged, or of another step than its folder says
 */
export async function lastCheckpoint(
  folder: string,
): Promise<{ path: string; progress: Progress } | undefined> {
  const step = (await savedSteps(folder)).at(-1);
  if (step === undefined) return undefined;
  const path = stepFolder(folder, step);
  const progress = await checkCheckpoint(path);
  if (progress.step === step) return { path, progress };
  throw new MtfError("bad-file", `${path} is the checkpoint of step ${progress.step}.`, {
    try: ["move it away: going on from it would remove the run's own"],
    file: path,
  });
}

/**
 * What a checkpoint holds beside tensors, of which nothing is read.
 *
 * @throws MtfError `bad-file` where it is damaged, with the way back
 */
export async function checkCheckpoint(path: string): Promise<Progress> {
  const checkpoint = await openCheckpoint(path).catch(async (error: unknown) => {
    throw await withWayBack(error, path, "resume");
  });
  await checkpoint.close();
  return checkpoint.metadata as Progress;
}

/** Puts a checkpoint where none goes on from it, and says where that is. */
export async function setAside(folder: string, step: number): Promise<string> {
  const path = stepFolder(folder, step);
  const aside = `${path}.diverged`;
  await rm(aside, { recursive: true, force: true });
  await rename(path, aside);
  return aside;
}

/**
 * Brings back a checkpoint that was set aside for another that never came: so they were replaced
 * before each was replaced in its place.
 */
export async function bringBack(folder: string): Promise<void> {
  const checkpoints = join(folder, "checkpoints");
  for (const name of await readdir(checkpoints).catch(() => [])) {
    const path = join(checkpoints, name.replace(/\.old$/, ""));
    if (!/^step-\d+\.old$/.test(name) || (await isCheckpoint(path))) continue;
    await removeCheckpoint(path);
    await rename(join(checkpoints, name), path);
  }
}

/** Removes what a run that was killed had not finished writing, or had begun to remove. */
export async function removeUnfinished(folder: string): Promise<void> {
  const checkpoints = join(folder, "checkpoints");
  for (const part of [folder, checkpoints]) {
    const names = await readdir(part).catch(() => []);
    for (const name of names.filter((one) => draftedAs(one) !== undefined)) {
      await rm(join(part, name), { recursive: true, force: true });
    }
  }
  for (const path of await notWhole(folder)) await removeCheckpoint(path);
}

/** The folders of steps of which a part was saved, and not all. */
export async function unfinishedSteps(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of await notWhole(folder)) {
    const names = await readdir(path).catch(() => []);
    if (names.some((name) => name.endsWith(".safetensors"))) found.push(path);
  }
  return found;
}

async function notWhole(folder: string): Promise<readonly string[]> {
  const checkpoints = join(folder, "checkpoints");
  const entries = await readdir(checkpoints, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const path = join(checkpoints, name);
    const step = /^step-\d+(\.partial|\.old)?$/.exec(name);
    if (step && (step[1] || !(await isCheckpoint(path)))) found.push(path);
  }
  return found;
}
