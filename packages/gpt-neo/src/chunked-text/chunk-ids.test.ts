import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { readChunk, writeChunk } from "./chunk-ids.ts";

const folder = mkdtempSync(join(tmpdir(), "gpt-neo-chunk-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "0.ids");

it("gives back what was written", async () => {
  const given = { ids: Int32Array.of(1, 70_000, 3), begins: true };
  await writeChunk(path, given);
  expect(await readChunk(path)).toEqual(given);
});

it("is made again where a disk has changed any of it", async () => {
  await writeChunk(path, { ids: Uint16Array.from({ length: 40 }, (_, i) => i), begins: false });
  const whole = readFileSync(path);
  const at = fc.integer({ min: 0, max: whole.length * 8 - 1 });
  await fc.assert(
    fc.asyncProperty(at, async (bit) => {
      const changed = Uint8Array.from(whole);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path, changed);
      const found = await readChunk(path);
      // Whether a document begins there is a word of its own.
      expect(found === undefined || (bit >= 32 && bit < 64)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
