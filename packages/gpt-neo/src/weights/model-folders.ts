import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isThere } from "../is-there.ts";
import { optionsInWords } from "../options-in-words.ts";

/** What to give where a model is wanted. */
export const modelFolder =
  "a model's folder: config.json, weights and a tokenizer, as in a run's folder or a download from Hugging Face";

/** As many are named. */
const most = 3;

/** Advice for a folder that is no model's: the folders in it that are, and what such a folder is. */
export async function insteadOfFolder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && (await isThere(join(path, "config.json")))) found.push(path);
  }
  return [...found.slice(0, most).map((path) => optionsInWords({ model: path })), modelFolder];
}
