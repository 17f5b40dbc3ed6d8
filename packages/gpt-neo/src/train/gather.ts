import { gatherCheckpoint } from "mtf/checkpoint";
import { isThere } from "../is-there.ts";
import { savedSteps, stepFolder } from "../run-checkpoints.ts";

/** What was gathered of a run. */
export interface Gathered {
  readonly out: string;
  /** The steps whose checkpoints are whole now. */
  readonly steps: readonly number[];
  /** How many files were brought. */
  readonly files: number;
}

/**
 * Makes a run's checkpoints whole whose processes had folders of their own, on hosts that share none:
 * the run's folder is that of the first process, and what it lacks is brought from the others.
 *
 * @param out the run's folder of the first process
 * @param from those of the other processes, brought here or mounted
 * @throws MtfError `bad-checkpoint` listing the files that are in none of the folders; `bad-file` where
 * the disk fails
 * @example
 * await gatherRun("runs/book", ["from-b/book", "from-c/book"]);
 */
export async function gatherRun(out: string, from: readonly string[]): Promise<Gathered> {
  const steps = await savedSteps(out);
  let files = 0;
  for (const step of steps) {
    const others: string[] = [];
    for (const folder of from) {
      const other = stepFolder(folder, step);
      if (await isThere(other)) others.push(other);
    }
    files += (await gatherCheckpoint(stepFolder(out, step), others)).length;
  }
  return { out, steps, files };
}
