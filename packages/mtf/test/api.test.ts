import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root, runNode } from "./support/page.ts";

// The API reference is written by `npm run docs` from the docstrings, and lies beside the code.

const drafts = mkdtempSync(join(tmpdir(), "mtf-api-"));
afterAll(() => rmSync(drafts, { recursive: true, force: true }));

function pagesIn(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true }).map(String).sort();
  const pages = files.filter((file) => file.endsWith(".md"));
  return Object.fromEntries(pages.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

it.each(["mtf", "gpt-neo"])("the reference of %s is what `npm run docs` writes", async (name) => {
  const typedoc = join(root, "node_modules/typedoc/bin/typedoc");
  const out = join(drafts, name);
  await runNode([typedoc, "--options", `packages/${name}/typedoc.json`, "--out", out]);
  const [written, now] = [pagesIn(join(root, `packages/${name}/docs/api`)), pagesIn(out)];
  const stale = Object.keys({ ...written, ...now }).filter((file) => written[file] !== now[file]);
  expect(stale, "these pages are not what the code says: run `npm run docs`").toEqual([]);
});
