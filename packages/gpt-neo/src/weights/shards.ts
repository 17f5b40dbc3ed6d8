import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MtfError } from "mtf";
import { damaged } from "./damaged.ts";

/** An index is a list of names; this holds those of a hundred thousand tensors. */
const longestIndex = 64 << 20;

/**
 * Which tensors each file of an index holds, as `pytorch_model.bin.index.json` says.
 *
 * @throws MtfError `bad-file` if it is no index, or names files that are not beside it
 * @example
 * (await readIndex("pytorch_model.bin.index.json")).get("…/pytorch_model-00001-of-00002.bin");
 */
export async function readIndex(file: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const shards = new Map<string, string[]>();
  for (const [name, shard] of Object.entries(await weightMap(file))) {
    // An index names its neighbours; a path that leads elsewhere is none of its business.
    if (typeof shard !== "string" || shard === "" || /[/\\]|^\.\.?$/.test(shard)) {
      const told = JSON.stringify(shard);
      throw damaged(file, 0, `'${name}' is in ${told}, which is no file beside it`);
    }
    const path = join(dirname(file), shard);
    const names = shards.get(path);
    if (names) names.push(name);
    else shards.set(path, [name]);
  }
  return shards;
}

async function weightMap(file: string): Promise<object> {
  const text = await readSmallFile(file, longestIndex);
  let map: unknown;
  try {
    map = (JSON.parse(text) as { weight_map?: unknown } | null)?.weight_map;
  } catch (error) {
    throw damaged(file, 0, `it is not JSON: ${(error as Error).message}`);
  }
  if (map === null || typeof map !== "object") throw damaged(file, 0, "it has no weight_map");
  return map;
}

/**
 * The text of a file that has no reason to be long.
 *
 * @throws MtfError `bad-file` if there is no such file, or a longer one
 */
export async function readSmallFile(file: string, most: number): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > most) throw damaged(file, 0, `it has ${size} bytes, over the limit of ${most}`);
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof MtfError) throw error;
    const reason = (error as Error).message;
    throw new MtfError("bad-file", `${file} cannot be read: ${reason}.`, { file, reason });
  }
}
