import { dirname, join } from "node:path";
import { badFile } from "mtf/checkpoint";
import { brief, parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";

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
      throw badFile(file, 0, `'${name}' is in ${brief(shard)}, which is no file beside it`);
    }
    const path = join(dirname(file), shard);
    const names = shards.get(path);
    if (names) names.push(name);
    else shards.set(path, [name]);
  }
  return shards;
}

async function weightMap(file: string): Promise<object> {
  const value = parseJson(await readSmallFile(file, longestIndex), file);
  const map = (value as { weight_map?: unknown } | null)?.weight_map;
  if (map === null || typeof map !== "object") throw badFile(file, 0, "it has no weight_map");
  return map;
}
