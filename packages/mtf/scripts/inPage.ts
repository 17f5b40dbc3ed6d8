import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";

/**
 * Builds for a page: `x.browser.ts` is taken wherever there is one beside `x.ts`, and for modules of
 * Node's the files that do in a page what the package asks of them. One that has none fails the build.
 *
 * @param modules files by the names of Node's modules, without `node:`
 */
export function inPage(modules: Readonly<Record<string, string>>): Plugin {
  return {
    name: "in-page",
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
        const own = join(resolveDir, path.replace(/\.ts$/, ".browser.ts"));
        return existsSync(own) ? { path: own } : undefined;
      });
      build.onResolve({ filter: /^node:/ }, ({ path, importer }) => {
        const file = modules[path.slice("node:".length)];
        if (file !== undefined) return { path: file };
        return { errors: [{ text: `${importer} imports ${path}, which a page has not` }] };
      });
    },
  };
}
