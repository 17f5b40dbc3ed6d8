import { existsSync } from "node:fs";
import { MtfError } from "mtf";
import type { Config, Training } from "../../config/index.ts";
import { globFiles, isGlob } from "../../data/glob.ts";
import { standardInput } from "../../data/pipe.ts";
import { isObject } from "../../json.ts";
import { optionsInWords } from "../../options-in-words.ts";
import type { Progress } from "../checkpoint.ts";
import type { GoingOn } from "../going-on.ts";
import { pairsOf } from "../set-keys.ts";

/**
 * Checks that the data are there that a run remembers: they are the user's, and may have been moved, or
 * were documents of a program.
 *
 * @param before the checkpoint that it goes on from
 * @throws MtfError `bad-file` with the paths where there are none any more, and how to say where they are;
 * `bad-argument` for documents that are not given again
 */
export async function checkStillThere(
  options: GoingOn,
  { training }: Config,
  before: Pick<Progress, "settings" | "contents"> | undefined,
): Promise<void> {
  const { data, validationData, resume } = options;
  if (!resume) return;
  if (wasDocuments(options, training)) {
    throw documents("trained on", ['`data: ["FILE"]`, files that hold the same']);
  }
  if (validatedDocuments(options, training, before)) {
    throw documents("validated with", [
      '`validationData: ["FILE"]`, files that hold the same',
      `${optionsInWords({ validationShare: 0 })}, to validate no more`,
    ]);
  }
  const trained = training.data?.flatMap(({ files }) => files) ?? [];
  if (data === undefined) await check(trained, "train on", '`data: ["PATH"]`');
  if (validationData === undefined) {
    await check(training.validation_data ?? [], "validate with", '`validationData: ["PATH"]`');
  }
}

/** Whether it has trained on documents, and has nothing to go on with: no config names any. */
function wasDocuments({ data, remembered }: GoingOn, training: Training): boolean {
  const begun = remembered?.begun.config?.training;
  return data === undefined && training.data === null && isObject(begun) && begun.data === null;
}

/** Whether it has validated with documents, of which it knows what they held and not how they were called. */
function validatedDocuments(
  { validationData, validationShare, set }: GoingOn,
  { validation_data }: Training,
  before: Pick<Progress, "settings" | "contents"> | undefined,
): boolean {
  const isShared =
    validationShare !== undefined || pairsOf(set ?? {}).some(([key]) => key === "validation");
  if (validationData !== undefined || validation_data !== null || isShared) return false;
  const named = before?.settings.validation_data ?? null;
  return named === null && before?.contents?.validation_data !== undefined;
}

function documents(what: string, instead: readonly string[]): MtfError {
  const sentence = `the run was ${what} documents of a program, which its folder does not keep.`;
  return new MtfError("bad-argument", sentence, {
    try: ["the same documents, given again by the program", ...instead],
  });
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
