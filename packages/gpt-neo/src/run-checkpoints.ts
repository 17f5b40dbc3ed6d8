import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isCheckpoint } from "mtf/checkpoint";

/** The steps of which a run's folder has checkpoints, ascending. */
export async function savedSteps(folder: string): Promise<readonly number[]> {
  const steps: number[] = [];
  for (const name of await readdir(join(folder, "checkpoints")).catch(() => [])) {
    const match = /^step-(\d+)$/.exec(name);
    if (match && (await isCheckpoint(join(folder, "checkpoints", name)))) {
      steps.push(Number(match[1]));
    }
  }
  return steps.sort((a, b) => a - b);
}

/** Where a run keeps its checkpoint of a step. */
export function stepFolder(folder: string, step: number): string {
  return join(folder, "checkpoints", `step-${step}`);
}
