import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The lines of a run's log that are whole. */
export function logOf(out: string): readonly Readonly<Record<string, number>>[] {
  let text = "";
  try {
    text = readFileSync(join(out, "log.jsonl"), "utf8");
  } catch {
    // Not begun.
  }
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The names in a folder, sorted; of one that is not there, none. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Every file below a folder, with what it holds. */
export function contentsOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.sort().map((file) => [file, readFileSync(file, "base64")]));
}

/** Waits until something is so; it is asked again at once, or after a pause. */
export async function until(so: () => boolean, pause = 0): Promise<void> {
  while (!so())
    await new Promise((resolve) => (pause ? setTimeout(resolve, pause) : setImmediate(resolve)));
}

/** Text to train on: not worth reading, but not noise either. */
export function someText(length: number): string {
  const words = ["the ", "whale ", "swam ", "under ", "a ", "white ", "ship ", "and ", "sank.\n"];
  let [text, state] = ["", 1];
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += words[(state >>> 16) % words.length];
  }
  return text.slice(0, length);
}
