import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";
import { isObject } from "./json.ts";
import { makeFolder } from "./make-folder.ts";

/** The file that only a run's folder has: whatever else lies there may be anybody's. */
export const runFile = "run.json";

/** What stands in it. A later version may keep the rest of a folder otherwise. */
const format = "gpt-neo run";

/**
 * Since 2 there is what the run was begun with, and checkpoints name the order of their data. Since 3 its
 * config is there, with paths that hold anywhere, and the step that was saved last.
 */
const version = 3;

/** What a run is begun with. */
export interface BegunWith {
  /** Where it was begun. */
  readonly folder: string;
  /** Options that no config has. Before version 3 all of them, as they were typed. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its config, with all that options said; there was none before version 3. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Makes a folder a run's, for good.
 *
 * @param saved the step of the last checkpoint, once there is one
 */
export async function markRunFolder(
  path: string,
  begunWith?: BegunWith,
  saved?: number,
): Promise<void> {
  await makeFolder(path);
  const text = `${JSON.stringify({ format, version, saved, begunWith })}\n`;
  await writeAtomically(join(path, runFile), (file) => file.write(text));
}

/** Whether a folder says that it is a run's, of whatever version. */
export async function isRunFolder(path: string): Promise<boolean> {
  return (await markOf(path)) !== undefined;
}

/**
 * Checks that what a run's folder holds is known here.
 *
 * @throws MtfError `bad-file` if it is of a later version
 */
export async function checkRunVersion(path: string): Promise<void> {
  const mark = await markOf(path);
  if (mark === undefined) return;
  const { version: found = null } = mark;
  if (typeof found === "number" && found >= 1 && found <= version) return;
  throw new MtfError("bad-file", `${path} is a run's folder of version ${found}.`, {
    evidence: [["known here", `versions 1 to ${version}`]],
    try: ["the gpt-neo that wrote it", "`out` with another folder"],
    file: join(path, runFile),
  });
}

/** The step of the last checkpoint that was saved; undefined before the first, and where nothing says. */
export async function savedAccordingTo(path: string): Promise<number | undefined> {
  const saved = (await markOf(path))?.saved;
  return Number.isSafeInteger(saved) ? (saved as number) : undefined;
}

/** What a run was begun with; undefined for one of the first version, and where there is none. */
export async function begunWithOf(path: string): Promise<BegunWith | undefined> {
  const begunWith = (await markOf(path))?.begunWith;
  if (!isObject(begunWith) || !isObject(begunWith.options)) return undefined;
  const { folder, options, config } = begunWith;
  return { folder: String(folder), options, ...(isObject(config) && { config }) };
}

/** Why what is there under the name of the file cannot be read; undefined where there is no such file. */
export async function damageOfMark(path: string): Promise<string | undefined> {
  try {
    JSON.parse(await readFile(join(path, runFile), "utf8"));
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return "it is not JSON";
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : message;
  }
}

async function markOf(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const written: unknown = JSON.parse(await readFile(join(path, runFile), "utf8"));
    return isObject(written) && written.format === format ? written : undefined;
  } catch {
    return undefined;
  }
}
