import { dirname, join } from "node:path";
import { badFile } from "./bad-file.ts";
import { openBytes } from "./bytes.ts";
import { jsonIn } from "./json-file.ts";

/** An index is a list of names; this holds those of a hundred thousand tensors. */
const longestIndex = 64 << 20;

/**
 * Which tensors each file of an index holds, as `model.safetensors.index.json` says and PyTorch's
 * `pytorch_model.bin.index.json` does too.
 *
 * @throws MtfError `bad-file` if it is no index, or names files that are not beside it
 * @example
 * (await readShards("model.safetensors.index.json")).get("model-00001-of-00002.safetensors");
 */
export async function readShards(file: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const value = jsonIn(await textOf(file), file);
  const map = (value as { weight_map?: unknown } | null)?.weight_map;
  if (map === null || typeof map !== "object") throw badFile(file, 0, "it has no weight_map");
  const shards = new Map<string, string[]>();
  for (const [name, shard] of Object.entries(map)) {
    // An index names its neighbours; a path that leads elsewhere is none of its business.
    if (typeof shard !== "string" || shard === "" || /[/\\]|^\.\.?$/.test(shard)) {
      const told = typeof shard === "string" ? JSON.stringify(shard.slice(0, 100)) : "no name";
      throw badFile(file, 0, `'${name}' is in ${told}, which is no file beside it`);
    }
    const path = join(dirname(file), shard);
    const names = shards.get(path);
    if (names) names.push(name);
    else shards.set(path, [name]);
  }
  return shards;
}

async function textOf(file: string): Promise<string> {
  const source = await openBytes(file);
  try {
    if (source.size > longestIndex) {
      throw badFile(file, 0, `it has ${source.size} bytes, over the limit of ${longestIndex}`);
    }
    const bytes = new Uint8Array(source.size);
    await source.read(0, bytes);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  } finally {
    await source.close();
  }
}
