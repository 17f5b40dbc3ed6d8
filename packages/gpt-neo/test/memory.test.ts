import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { typeForVocabulary } from "../src/data/mmididx/dtypes.ts";
import { writeIndexOf } from "../src/data/mmididx/write.ts";
import { exampleOf, recordOf } from "../src/data/tfrecord/index.ts";

// Memory is that of a process of its own, which runs the built package on files of two sizes.
const fixtures = fileURLToPath(new URL("./fixtures/", import.meta.url));
const home = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "memory-"));
});
afterAll(() => rm(folder, { recursive: true }));

const script = `
  import { tokenise, tokenizerNamed } from "gpt-neo";
  const tokenizer = tokenizerNamed("bytes");
  let ids = 0;
  for await (const part of tokenise([process.argv[1]], { tokenizer, size: 65536 })) {
    ids += part.ids.length;
  }
  console.log(JSON.stringify({ ids, peak: process.resourceUsage().maxRSS / 1024 }));
`;

async function peakOf(file: string): Promise<{ ids: number; peak: number }> {
  const args = ["--max-semi-space-size=8", "--input-type=module", "-e", script, file];
  const { stdout } = await run(process.execPath, args, { cwd: home });
  return JSON.parse(stdout);
}

/** The same bytes again and again: frames, members, records and lines may follow each other. */
async function repeated(name: string, unit: Uint8Array, times: number): Promise<string> {
  const path = join(folder, name);
  const file = await open(path, "w");
  const some = Math.min(times, Math.max(1, Math.floor(2 ** 20 / unit.length)));
  const block = Buffer.concat(Array.from({ length: some }, () => unit));
  for (let left = times; left > 0; left -= some) {
    await file.write(left >= some ? block : block.subarray(0, left * unit.length));
  }
  await file.close();
  return path;
}

const fixture = (name: string) => readFile(fixtures + name);

/** For each format, a unit and the bytes of text, or of ids, that it stands for. */
const units: Record<string, () => Promise<{ unit: Uint8Array; size: number }>> = {
  "a.txt": async () => ({ unit: Buffer.from("some words of a text\n"), size: 21 }),
  "a.jsonl": async () => ({ unit: await fixture("data/plain.jsonl"), size: 10959 }),
  "a.jsonl.gz": async () => ({ unit: await fixture("packed/members.jsonl.gz"), size: 10959 }),
  "a.jsonl.zst": async () => ({
    unit: await fixture("packed/many-blocks-small-window.jsonl.zst"),
    size: 271_245,
  }),
  "a.tfrecords": async () => {
    const unit = recordOf(
      exampleOf(
        "text",
        Int32Array.from({ length: 2049 }, (_, i) => i),
      ),
    );
    return { unit, size: unit.length };
  },
  "a.bin": async () => ({ unit: Buffer.alloc(2000, 7), size: 2000 }),
};

it.each(Object.keys(units))("200 MB of %s take no more memory than 50 MB", async (name) => {
  const { unit, size } = await units[name]!();
  const peaks: number[] = [];
  for (const megabytes of [50, 200]) {
    const times = Math.round((megabytes * 1e6) / size);
    const file = await repeated(name, unit, times);
    if (name.endsWith(".bin")) {
      const sizes = await repeated("sizes", new Uint8Array(Int32Array.of(1000).buffer), times);
      const index = await open(join(folder, "a.idx"), "w");
      const type = typeForVocabulary(50257);
      const tables = { type, sequences: times, sizes: () => createReadStream(sizes) };
      await writeIndexOf(
        { write: async (data) => void (await index.write(data as Buffer)) },
        tables,
      );
      await index.close();
    }
    const { ids, peak } = await peakOf(file);
    expect(ids).toBeGreaterThan(times);
    peaks.push(peak);
  }
  // What a garbage collector leaves for later is not of one size.
  expect(peaks[1]).toBeLessThan(Math.max(peaks[0]! + 32, 150));
});
