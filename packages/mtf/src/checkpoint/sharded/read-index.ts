import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "../../errors.ts";
import { badFile } from "../safetensors/bad-file.ts";
import { jsonIn } from "../safetensors/json-file.ts";
import { checkIndex } from "./check.ts";
import { checkVersion } from "./check-version.ts";
import { type Index, indexName } from "./format.ts";
import { isPart } from "./part-names.ts";

/**
 * What a checkpoint says that it holds.
 *
 * @throws MtfError `bad-file` if its index is missing or damaged; `bad-checkpoint` if a later version wrote it
 */
export async function readIndex(folder: string): Promise<Index> {
  const path = join(folder, indexName);
  const text = await readFile(path, "utf8").catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" && (await holdsParts(folder))) throw withoutIndex(folder, path);
    throw new MtfError("bad-file", `${path} cannot be read: ${error.message}.`, { file: path });
  });
  const value = jsonIn(text, path);
  checkVersion(value, folder, path);
  return checkIndex(value, (reason) => badFile(path, 0, reason));
}

async function holdsParts(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).some(isPart);
}

function withoutIndex(folder: string, file: string): MtfError {
  const reason = "its saving was stopped, or the file is lost";
  const sentence = `${folder} holds parts of a checkpoint, but no ${indexName}: ${reason}.`;
  return new MtfError("bad-file", sentence, { file, reason });
}
