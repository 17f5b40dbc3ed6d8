import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { leavesOf, type Mesh } from "mtf";
import { openCheckpoint, saveCheckpoint } from "mtf/checkpoint";
import type { Position } from "../data/index.ts";
import { isSharded } from "../model-folder.ts";
import type { Settings } from "./settings.ts";

/** What a checkpoint holds beside tensors. */
export interface Progress {
  readonly step: number;
  /** The samples taken so far. */
  readonly position: Position;
  /** The settings of the run, to name those that changed when it goes on. */
  readonly settings: Settings;
}

/** How many checkpoints a run keeps. */
const kept = 2;

/** Saves the state after a step and removes all checkpoints but the last two. */
export async function saveStep(
  folder: string,
  mesh: Mesh,
  state: unknown,
  progress: Progress,
): Promise<void> {
  const path = join(folder, "checkpoints", `step-${progress.step}`);
  await saveCheckpoint(path, mesh, Object.fromEntries(leavesOf(state, isSharded)), progress);
  const steps = await savedSteps(folder);
  for (const step of steps.filter((s) => s !== progress.step).slice(0, 1 - kept)) {
    await rm(join(folder, "checkpoints", `step-${step}`), { recursive: true, force: true });
  }
}

/** The steps of which there are checkpoints, ascending. */
export async function savedSteps(folder: string): Promise<readonly number[]> {
  const names = await readdir(join(folder, "checkpoints")).catch(() => []);
  return names
    .flatMap((name) => {
      const match = /^step-(\d+)$/.exec(name);
      return match ? [Number(match[1])] : [];
    })
    .sort((a, b) => a - b);
}

/** The last checkpoint of a run, or undefined if it has none. */
export async function lastCheckpoint(
  folder: string,
): Promise<{ path: string; progress: Progress } | undefined> {
  const step = (await savedSteps(folder)).at(-1);
  if (step === undefined) return undefined;
  const path = join(folder, "checkpoints", `step-${step}`);
  const checkpoint = await openCheckpoint(path);
  await checkpoint.close();
  return { path, progress: checkpoint.metadata as Progress };
}

/** Removes what a run that was killed had not finished writing. */
export async function removeUnfinished(folder: string): Promise<void> {
  const unfinished = /^(step-\d+\.(partial|old)|\..+\.tmp)$/;
  for (const part of [folder, join(folder, "checkpoints")]) {
    const names = await readdir(part).catch(() => []);
    for (const name of names.filter((n) => unfinished.test(n))) {
      await rm(join(part, name), { recursive: true, force: true });
    }
  }
}
