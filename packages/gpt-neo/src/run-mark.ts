import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";
import { crc32c } from "./crc32c.ts";
import { isObject } from "./json.ts";
import { makeFolder } from "./make-folder.ts";

/** The file that only a run's folder has: whatever else lies there may be anybody's. */
export const runFile = "run.json";

/** What stands in it. A later version may keep the rest of a folder otherwise. */
const format = "gpt-neo run";

/**
 * Since 2 there is what the run was begun with, and checkpoints name the order of their data. Since 3 its
 * config is there, with paths that hold anywhere, and the step that was saved last; later ones have a checksum,
 * which those that know none pass over.
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
  const said = { format, version, saved, begunWith };
  const text = `${JSON.stringify({ ...said, crc32c: sumOf(said) })}\n`;
  await writeAtomically(join(path, runFile), (file) => file.write(text));
}

/** The checksum of what the file says, but for that of itself: white space does not count. */
function sumOf(said: Readonly<Record<string, unknown>>): string {
  const sum = crc32c(new TextEncoder().encode(JSON.stringify(said)));
  return sum.toString(16).padStart(8, "0");
}

/** What stood in it before there was a checksum: whatever else there is may be what has become of one. */
const older = ["format", "version", "saved", "begunWith"];

/** Whether it says what was written. */
function isSound({ crc32c: sum, ...said }: Readonly<Record<string, unknown>>): boolean {
  if (sum === undefined) return Object.keys(said).every((key) => older.includes(key));
  return sum === sumOf(said);
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
  const saved = (await soundMarkOf(path))?.saved;
  return Number.isSafeInteger(saved) ? (saved as number) : undefined;
}

/** What a run was begun with; undefined for one of the first version, and where there is none. */
export async function begunWithOf(path: string): Promise<BegunWith | undefined> {
  const begunWith = (await soundMarkOf(path))?.begunWith;
  if (!isObject(begunWith) || !isObject(begunWith.options)) return undefined;
  const { folder, options, config } = begunWith;
  return { folder: String(folder), options, ...(isObject(config) && { config }) };
}

/**
 * Why what is there under the name of the file cannot be read, or is not to be trusted; undefined where it is
 * sound, and where there is no such file.
 */
export async function damageOfMark(path: string): Promise<string | undefined> {
  try {
    const written: unknown = JSON.parse(await readFile(join(path, runFile), "utf8"));
    // Another file of that name is somebody else's.
    const isOurs = isObject(written) && (written.format === format || "crc32c" in written);
    return isOurs && !isSound(written) ? "what it says is not what was written" : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return "it is not JSON";
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : message;
  }
}

/** The same, where it says what was written: a folder is a run's whatever has become of the rest. */
async function soundMarkOf(path: string): ReturnType<typeof markOf> {
  const mark = await markOf(path);
  return mark && isSound(mark) ? mark : undefined;
}

/** The error of a file that is damaged. */
export function badMark(path: string, damage: string, instead: readonly string[] = []): MtfError {
  const file = join(path, runFile);
  return new MtfError("bad-file", `${file} cannot be read: ${damage}.`, { try: instead, file });
}

async function markOf(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const written: unknown = JSON.parse(await readFile(join(path, runFile), "utf8"));
    return isObject(written) && written.format === format ? written : undefined;
  } catch {
    return undefined;
  }
}
