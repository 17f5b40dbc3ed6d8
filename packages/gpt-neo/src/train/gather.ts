import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { MtfError } from "mtf";
import { gatherCheckpoint } from "mtf/checkpoint";
import { isThere } from "../is-there.ts";
import { lockFolder } from "../lock/index.ts";
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
 * @param to the run's folder of the first process
 * @param from those of the other processes, brought here or mounted
 * @throws MtfError `bad-argument` where one of the folders is not there, holds no checkpoints or is
 * the run's own, and while another process has the run; `bad-checkpoint` listing the files that are in none of
 * the folders; `bad-file` where the disk fails
 * @example
 * await gatherRun("runs/book", ["from-b/book", "from-c/book"]);
 */
export async function gatherRun(to: string, from: readonly string[]): Promise<Gathered> {
  for (const folder of [to, ...from]) {
    if (await isThere(folder)) continue;
    throw new MtfError("bad-argument", `${folder} is not there.`, { file: folder });
  }
  if ((await savedSteps(to)).length === 0) {
    throw noCheckpoints(to, "`to` with the folder of the host that told of the run");
  }
  for (const folder of from) await checkOther(folder, to);
  const lock = await lockFolder(to);
  try {
    return await gather(to, from);
  } finally {
    lock.release();
  }
}

async function gather(out: string, from: readonly string[]): Promise<Gathered> {
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

/** A folder that can have nothing to bring is another one than was meant, whatever is lacking. */
async function checkOther(folder: string, to: string): Promise<void> {
  if (resolve(folder) === resolve(to)) {
    throw new MtfError("bad-argument", `${folder} is to be gathered from itself.`, {
      try: ["`from` with the run's folders of the other hosts"],
      file: folder,
    });
  }
  // One process's parts are no checkpoint: there may be no more than its own files.
  const names = await readdir(join(folder, "checkpoints")).catch(() => []);
  if (names.some((name) => /^step-\d+$/.test(name))) return;
  throw noCheckpoints(
    folder,
    "`from` with the run's folder of another host, as it was brought here",
  );
}

function noCheckpoints(folder: string, instead: string): MtfError {
  return new MtfError("bad-argument", `${folder} holds no checkpoints.`, {
    try: [instead],
    file: folder,
  });
}
