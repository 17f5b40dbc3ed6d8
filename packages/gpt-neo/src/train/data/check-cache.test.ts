import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkCache } from "./check-cache.ts";

const folder = mkdtempSync(join(tmpdir(), "cache-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("is a folder, there or not", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  await expect(checkCache(file)).rejects.toThrow(`${file} is a file, not a folder`);
  for (const one of [undefined, folder, join(folder, "new")]) {
    expect(await checkCache(one)).toBeUndefined();
  }
});
