import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";
import { isObject } from "./json.ts";
import { makeFolder } from "./make-folder.ts";

/** The file that only a cache's folder has, so that nobody takes what is in it for data. */
const cacheFile = "gpt-neo-cache.json";

/** What stands in it. A later version may keep what is in the folder otherwise. */
const format = "gpt-neo cache";
const version = 1;

/**
 * Makes a folder a cache, or finds that it is one.
 *
 * @throws MtfError `bad-file` if it is one of a later version, or cannot be made
 */
export async function markCacheFolder(path: string): Promise<void> {
  const found = await versionOf(path);
  if (found === version) return;
  const file = join(path, cacheFile);
  if (found !== undefined) {
    throw new MtfError("bad-file", `${path} is a cache of version ${found}.`, {
      evidence: [["known here", `version ${version}`]],
      try: ["`cache` with another folder", "removing it: what it holds is made again"],
      file,
    });
  }
  await makeFolder(path);
  await writeAtomically(file, (to) => to.write(`${JSON.stringify({ format, version })}\n`));
}

/** Whether a folder says that it is a cache, of whatever version. */
export async function isCacheFolder(path: string): Promise<boolean> {
  return (await versionOf(path)) !== undefined;
}

async function versionOf(path: string): Promise<unknown> {
  try {
    const written: unknown = JSON.parse(await readFile(join(path, cacheFile), "utf8"));
    return isObject(written) && written.format === format ? (written.version ?? null) : undefined;
  } catch {
    return undefined;
  }
}
