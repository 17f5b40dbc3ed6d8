import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { openCheckpoint } from "mtf/checkpoint";
import { writeAtomically } from "mtf/files";
import { isObject } from "../json.ts";
import { savedSteps, stepFolder } from "./checkpoint.ts";

/** The file that only a run's folder has: whatever else lies there may be anybody's. */
export const runFile = "run.json";

/** What stands in it. A later version may keep the rest of a folder otherwise. */
const format = "gpt-neo run";
const version = 1;

/** What a folder is to a run that is to be kept there. */
export type RunFolder =
  /** It is not there, or holds nothing. */
  | { readonly kind: "free" }
  | { readonly kind: "run" }
  /** It holds files that no run has written. */
  | { readonly kind: "taken"; readonly names: readonly string[] };

/** What systems leave in folders by themselves, and what a run that was killed while it began. */
const nobodys =
  /^(\.DS_Store|Thumbs\.db|desktop\.ini|lost\+found|\.?\.lock(\..*)?|gpt-neo-tokens-.*)$/;

/**
 * Tells whose a folder is.
 *
 * @throws MtfError `bad-file` if it cannot be read, or is of a version that is not known here
 * @example
 * await runFolder("models/gpt-neo-125m"); // { kind: "taken", names: ["config.json", …] }
 */
export async function runFolder(path: string): Promise<RunFolder> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new MtfError("bad-file", `${path} cannot be read: ${error.message}.`, { file: path });
  });
  if (await isRunFolder(path)) return { kind: "run" };
  const found = names.filter((name) => !nobodys.test(name)).sort();
  if (found.length === 0) return { kind: "free" };
  return (await holdsOlderRun(path)) ? { kind: "run" } : { kind: "taken", names: found };
}

/**
 * Whether a folder says that it is a run's.
 *
 * @throws MtfError `bad-file` if it is of a version that is not known here
 */
export async function isRunFolder(path: string): Promise<boolean> {
  const file = join(path, runFile);
  const written = parsed(await readFile(file, "utf8").catch(() => ""));
  if (!isObject(written) || written.format !== format) return false;
  if (written.version === version) return true;
  throw new MtfError("bad-file", `${path} is a run's folder of version ${written.version}.`, {
    evidence: [["known here", `version ${version}`]],
    try: ["the gpt-neo that wrote it", "--out with another folder"],
    file,
  });
}

/** Makes a folder a run's, for good. */
export async function markRunFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const text = `${JSON.stringify({ format, version })}\n`;
  await writeAtomically(join(path, runFile), (file) => file.write(text));
}

/** Runs from before there was a file that says so are known by their checkpoints. */
async function holdsOlderRun(path: string): Promise<boolean> {
  for (const step of await savedSteps(path)) {
    const checkpoint = await openCheckpoint(stepFolder(path, step)).catch(() => undefined);
    await checkpoint?.close();
    if (isObject(checkpoint?.metadata) && "settings" in checkpoint.metadata) return true;
  }
  return false;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
