import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { units, writeIndexFor, writeRepeated } from "./support/repeated.ts";

// Memory is that of a process of its own, which runs the built package on files of two sizes. What is
// still referred to is counted, as it is read: garbage is as much as its collector leaves for later.
const home = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "memory-"));
});
afterAll(() => rm(folder, { recursive: true }));

const script = `
  import { readIds, tokenizerNamed } from "gpt-neo";
  const tokenizer = tokenizerNamed("bytes");
  let [ids, next, peak] = [0, 0, 0];
  for await (const part of readIds([process.argv[1]], { tokenizer, size: 65536 })) {
    ids += part.ids.length;
    if (ids < next) continue;
    next += 4e6;
    // Buffers are freed by the collection that comes after the one which finds them.
    gc();
    gc();
    const { heapUsed, external } = process.memoryUsage();
    peak = Math.max(peak, (heapUsed + external) / 2 ** 20);
  }
  console.log(JSON.stringify({ ids, peak }));
`;

async function peakOf(file: string): Promise<{ ids: number; peak: number }> {
  const args = ["--expose-gc", "--input-type=module", "-e", script, file];
  const { stdout } = await run(process.execPath, args, { cwd: home });
  return JSON.parse(stdout);
}

it.each(Object.keys(units))("80 MB of .%s take no more memory than 20 MB", async (format) => {
  const { unit, size } = await units[format]!();
  const file = join(folder, `a.${format}`);
  const peaks: number[] = [];
  for (const megabytes of [20, 80]) {
    const times = Math.round((megabytes * 1e6) / size);
    await writeRepeated(file, unit, times);
    if (format === "bin") await writeIndexFor(file, times, size / 2);
    const { ids, peak } = await peakOf(file);
    expect(ids).toBeGreaterThan(times);
    peaks.push(peak);
  }
  expect(peaks[1]).toBeLessThan(peaks[0]! + 4);
});
