import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/page.ts";
import { modules } from "./names/index.ts";
import { exportOf, pageOf } from "./names/page.ts";
import { names } from "./names/recorded.ts";

// MTF_UPDATE_DOCS=1 writes the page.

const file = join(root, "packages/mtf/docs/from-mesh-tensorflow.md");

/** The page of the API reference on which a module's exports are headings: types among them. */
function reference(module: string): string {
  const page = module === "gpt-neo" ? "gpt-neo/docs/api/README.md" : `mtf/docs/api/${module}.md`;
  return readFileSync(join(root, "packages", page), "utf8");
}

const imports: Readonly<Record<string, () => Promise<object>>> = {
  mtf: () => import("mtf"),
  "mtf/nn": () => import("mtf/nn"),
  "mtf/simulator": () => import("mtf/simulator"),
  "mtf/workers": () => import("mtf/workers"),
  "mtf/mpi": () => import("mtf/mpi"),
  "mtf/checkpoint": () => import("mtf/checkpoint"),
  "gpt-neo": () => import("gpt-neo"),
};

describe("names of Mesh-TensorFlow", () => {
  it.each(Object.keys(names))("%s: each name is told of once", (module) => {
    expect(Object.keys(modules[module] ?? {}).sort()).toEqual([...names[module]!].sort());
  });

  it("no module is told of that it lacks", () => {
    expect(Object.keys(modules).filter((module) => !names[module])).toEqual([]);
  });

  it("every export that is named is there", async () => {
    const entries = Object.values(modules).flatMap((module) => Object.values(module));
    const used = new Set(entries.flatMap((entry) => (entry.kind === "here" ? entry.exports : [])));
    const missing: string[] = [];
    for (const given of used) {
      const { module, name } = exportOf(given);
      const exported = await imports[module]!();
      const type = new RegExp(`^### ${name}$`, "m").test(reference(module));
      if (!(name in exported) && !type) missing.push(given);
    }
    expect(missing).toEqual([]);
  });

  it("the page is what these say", () => {
    const page = pageOf(modules);
    if (process.env.MTF_UPDATE_DOCS === "1") writeFileSync(file, page);
    expect(readFileSync(file, "utf8")).toBe(page);
  });
});
