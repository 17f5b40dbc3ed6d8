import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { readSmallFile } from "../../small-file.ts";

/**
 * The newest TensorFlow checkpoint of a folder, as its `checkpoint` file says or as the steps in
 * the names do; undefined if there is none.
 *
 * @example
 * await latestBundle("runs/pile"); // "runs/pile/model.ckpt-362000"
 */
export async function latestBundle(folder: string): Promise<string | undefined> {
  const prefixes = (await readdir(folder))
    .filter((name) => name.endsWith(".index"))
    .map((name) => name.replace(/\.index$/, ""));
  const noted = await readSmallFile(join(folder, "checkpoint"), 1 << 20).catch(() => "");
  // The folder may have moved since: only the name counts.
  const named = /^model_checkpoint_path: "(.*)"/m.exec(noted)?.[1];
  const wanted = named === undefined ? undefined : basename(named);
  const step = (name: string): number => Number(/-(\d+)$/.exec(name)?.[1] ?? -1);
  const newest = prefixes.sort((a, b) => step(b) - step(a))[0];
  const found = wanted !== undefined && prefixes.includes(wanted) ? wanted : newest;
  return found === undefined ? undefined : join(folder, found);
}
