import { existsSync } from "node:fs";
import { MtfError } from "mtf";
import type { Config } from "../../config/index.ts";
import { globFiles, isGlob } from "../../data/glob.ts";
import { standardInput } from "../../data/pipe.ts";
import type { TrainOptions } from "../options.ts";

/**
 * Checks that the data are there that a run remembers: they are the user's, and may have been moved.
 *
 * @throws MtfError `bad-file` with the paths where there are none any more, and how to say where they are
 */
export async function checkStillThere(
  { data, validationData, resume }: TrainOptions,
  { training }: Config,
): Promise<void> {
  if (!resume) return;
  const trained = training.data?.flatMap(({ files }) => files) ?? [];
  if (data === undefined) await check(trained, "train on", '`data: ["PATH"]`');
  if (validationData === undefined) {
    await check(training.validation_data ?? [], "validate with", '`validationData: ["PATH"]`');
  }
}

async function check(paths: readonly string[], what: string, instead: string): Promise<void> {
  const gone: string[] = [];
  for (const path of paths) if (!(await isThere(path))) gone.push(path);
  const [first] = gone;
  if (first === undefined) return;
  const sentence = `there are no data to ${what} where the run's config has them.`;
  throw new MtfError("bad-file", sentence, {
    evidence: gone.slice(0, 5).map((path) => ["not there", path]),
    try: [instead],
    file: first,
  });
}

/** Whether a path leads to anything: two files of ids may go by what their names have in common. */
async function isThere(path: string): Promise<boolean> {
  if (path === standardInput || existsSync(path) || existsSync(`${path}.idx`)) return true;
  return isGlob(path) && (await globFiles(path, {})).files.length > 0;
}
