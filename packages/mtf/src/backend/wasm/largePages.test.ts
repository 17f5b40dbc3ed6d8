import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { wasmBackend } from "./index.ts";
import { largePages } from "./largePages.ts";

const given = existsSync("/sys/kernel/mm/transparent_hugepage/enabled") && largePages();

/** Bytes of the process's memory for which large pages have been asked. */
function asked(): number {
  const maps = readFileSync("/proc/self/smaps", "utf8").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return maps
    .filter((map) => /^VmFlags:.* hg\b/m.test(map))
    .map((map) => 1024 * Number(/^Size: +(\d+) kB$/m.exec(map)![1]))
    .reduce((a, b) => a + b, 0);
}

test.skipIf(!given)("whenever the heap grows, large pages are asked for", async () => {
  const backend = await wasmBackend();
  const bytes = 32 * 2 ** 20;
  const buffers = [1, 2, 3].map((times) => {
    const buffer = backend.allocate([bytes / 4], "float32", 1);
    expect(asked()).toBeGreaterThanOrEqual(times * bytes);
    return buffer;
  });
  for (const buffer of buffers) backend.dispose(buffer);
});
