import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "file-memory-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [rows, columns] = [2048, 8192];
const bytes = 4 * rows * columns;

/** Puts a tensor of a file on two workers, and tells by how many bytes the process has grown at most. */
const child = (file: string, split: string) => `
  const dist = ${JSON.stringify(new URL("../../../dist/", import.meta.url).href)};
  const { defineDims, defineMesh, placeholder } = await import(dist + "index.js");
  const { workers } = await import(dist + "workers.js");
  const { a, b } = defineDims({ a: ${rows}, b: ${columns} });
  const devices = await workers(defineMesh("x:2"));
  const before = process.memoryUsage.rss();
  const placement = { split: { ${split}: ["x"] }, partial: [] };
  const held = await devices.put(placeholder([a, b]), placement, { file: ${JSON.stringify(file)}, offset: 0 });
  console.log(process.resourceUsage().maxRSS * 1024 - before);
  await devices.close();
`;

test.each(["a", "b"])(
  "what devices read of a file, cut along %s, is in memory once",
  { timeout: 120_000 },
  (split) => {
    const file = join(folder, "tensor");
    writeFileSync(file, "");
    truncateSync(file, bytes);
    const script = join(folder, "put.mjs");
    writeFileSync(script, child(file, split));
    const grown = Number(execFileSync(process.execPath, [script], { encoding: "utf8" }));
    expect(grown).toBeGreaterThan(0.9 * bytes);
    expect(grown).toBeLessThan(1.5 * bytes);
  },
);
