import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./page.ts";

// Other runtimes than Node, where .ci/runtimes/check.mjs has installed them: they are large.

export const deno: string | undefined = installed("deno");
export const bun: string | undefined = installed("bun");

function installed(name: string): string | undefined {
  const path = join(root, ".ci/runtimes/node_modules/.bin", name);
  return existsSync(path) ? path : undefined;
}
