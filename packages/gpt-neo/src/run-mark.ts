import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";
import { isObject } from "./json.ts";

/** The file that only a run's folder has: whatever else lies there may be anybody's. */
export const runFile = "run.json";

/** What stands in it. A later version may keep the rest of a folder otherwise. */
const format = "gpt-neo run";
const version = 1;

/** Makes a folder a run's, for good. */
export async function markRunFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const text = `${JSON.stringify({ format, version })}\n`;
  await writeAtomically(join(path, runFile), (file) => file.write(text));
}

/** Whether a folder says that it is a run's, of whatever version. */
export async function isRunFolder(path: string): Promise<boolean> {
  return (await versionOf(path)) !== undefined;
}

/**
 * Checks that what a run's folder holds is known here.
 *
 * @throws MtfError `bad-file` if it is of another version
 */
export async function checkRunVersion(path: string): Promise<void> {
  const found = await versionOf(path);
  if (found === undefined || found === version) return;
  throw new MtfError("bad-file", `${path} is a run's folder of version ${found}.`, {
    evidence: [["known here", `version ${version}`]],
    try: ["the gpt-neo that wrote it", "--out with another folder"],
    file: join(path, runFile),
  });
}

async function versionOf(path: string): Promise<unknown> {
  try {
    const written: unknown = JSON.parse(await readFile(join(path, runFile), "utf8"));
    return isObject(written) && written.format === format ? (written.version ?? null) : undefined;
  } catch {
    return undefined;
  }
}
