import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./page.ts";

// Other runtimes than Node, as npm installs them.

export const deno: string = join(root, "node_modules/.bin/deno");

/** The package for this platform: `bun` itself is put into place by a script that may not run. */
export function bun(): string {
  const builds = join(root, "node_modules/@oven");
  const found = (existsSync(builds) ? readdirSync(builds) : [])
    .flatMap((build) => ["bun", "bun.exe"].map((name) => join(builds, build, "bin", name)))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error("bun is not installed: npm ci");
  return found;
}
