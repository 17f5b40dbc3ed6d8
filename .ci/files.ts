import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folders = ["mtf/src", "mtf/test", "gpt-neo/src", "gpt-neo/test"];

/**
 * The files of tests whose text has something, by their paths in the repository.
 *
 * @example
 * filesWith(/\bvi\.mock\(/); // ["packages/mtf/src/checkpoint/ended.test.ts", …]
 */
export function filesWith(pattern: RegExp): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, "packages", folder), { recursive: true })
        .map((name) => join("packages", folder, String(name)))
        .filter((name) => name.endsWith(".test.ts")),
    )
    .filter((name) => pattern.test(readFileSync(join(root, name), "utf8")));
}
