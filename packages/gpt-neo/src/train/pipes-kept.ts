import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeAtomically } from "mtf/files";
import { standardInput } from "../data/pipe.ts";
import { isObject } from "../json.ts";

/** Beside what is kept: the pipes' names with their files. A pipe that has ended looks like no pipe. */
const fileOfNames = "pipes.json";

/** Of each pipe of a run, by its name, the file in `folder` that keeps what came through it. */
export type KeptPipes = ReadonlyMap<string, string>;

/** What a pipe is called wherever the command runs. */
export function pipeName(path: string): string {
  return path === standardInput ? path : resolve(path);
}

/** What is kept there; nothing, where an older version did so or nobody has. */
export async function keptPipes(folder: string): Promise<KeptPipes> {
  try {
    const names: unknown = JSON.parse(await readFile(join(folder, fileOfNames), "utf8"));
    const entries = isObject(names) ? Object.entries(names) : [];
    return new Map(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return new Map();
  }
}

/** The first file of a format that nothing is kept in, nor ever was: `2.txt`. */
export async function freeFile(folder: string, kept: KeptPipes, format: string): Promise<string> {
  const names = [...kept.values(), ...(await readdir(folder).catch(() => []))];
  let number = 1;
  while (names.some((name) => name.startsWith(`${number}.`))) number++;
  return `${number}.${format}`;
}

/** @throws MtfError `bad-file` if it cannot be written */
export async function rememberPipes(folder: string, pipes: KeptPipes): Promise<void> {
  const text = `${JSON.stringify(Object.fromEntries(pipes))}\n`;
  await writeAtomically(join(folder, fileOfNames), (file) => file.write(text));
}
