import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "../../errors.ts";
import { badFile } from "../safetensors/bad-file.ts";
import { jsonIn } from "../safetensors/json-file.ts";
import { checkIndex } from "./check.ts";
import { checkVersion } from "./check-version.ts";
import { type Index, indexName } from "./format.ts";

/**
 * What a checkpoint says that it holds.
 *
 * @throws MtfError `bad-file` if its index is missing or damaged; `bad-checkpoint` if a later version wrote it
 */
export async function readIndex(folder: string): Promise<Index> {
  const path = join(folder, indexName);
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new MtfError("bad-file", `${path} cannot be read: ${error.message}.`, { file: path });
  });
  const value = jsonIn(text, path);
  checkVersion(value, folder, path);
  return checkIndex(value, (reason) => badFile(path, 0, reason));
}
