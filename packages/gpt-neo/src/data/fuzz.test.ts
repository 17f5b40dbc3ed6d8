import { copyFileSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { MtfError } from "mtf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";
import { readDocuments } from "./read.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/", import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fuzz-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A change as damage makes it, at a place given as a fraction of the file. */
type Change = readonly [kind: string, at: number, by: number];

const kinds = ["flip", "cut", "repeat", "splice", "zeros", "ones", "small", "insert"];
const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.tuple(
    fc.constantFrom(...kinds),
    // Headers are a small part of a file and the most of a format.
    fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.05, noNaN: true }),
    ),
    fc.nat(255),
  ),
  { minLength: 1, maxLength: 3 },
);

function changed(bytes: Buffer, list: readonly Change[]): Buffer {
  let out = Buffer.from(bytes);
  for (const [kind, fraction, by] of list) {
    const at = Math.min(out.length - 1, Math.floor(fraction * out.length));
    if (at < 0) break;
    const [head, tail] = [out.subarray(0, at), out.subarray(at)];
    const put = (...parts: Uint8Array[]): void => {
      out = Buffer.concat([head, ...parts]);
    };
    if (kind === "flip") out[at]! ^= 1 << (by & 7);
    else if (kind === "cut") put();
    else if (kind === "repeat") put(tail.subarray(0, by), tail);
    else if (kind === "splice") put(tail.subarray(by));
    else if (kind === "insert") put(Buffer.alloc(1 + (by & 7), by), tail);
    else if (kind === "zeros") tail.subarray(0, 1 + (by & 7)).fill(0);
    else if (kind === "ones") tail.subarray(0, 1 + (by & 7)).fill(0xff);
    else out[at] = by;
  }
  return out;
}

const cases: readonly (readonly [name: string, runs: number])[] = [
  ["data/plain.jsonl", 60],
  ["data/list.json", 100],
  ["data/one.txt", 60],
  ["packed/members.jsonl.gz", 80],
  ["packed/one-frame.jsonl.zst", 320],
  ["packed/no-content-size.jsonl.zst", 160],
  ["packed/level19.jsonl.zst", 160],
  ["packed/negative-level.jsonl.zst", 160],
  ["packed/frame-per-line.jsonl.zst", 120],
  ["packed/skippable.jsonl.zst", 120],
  ["packed/many-blocks-small-window.jsonl.zst", 60],
  ["packed/incompressible.jsonl.zst", 80],
  ["tfrecords/tiny_10_2.tfrecords", 120],
  ["mmididx/u16-sentences.idx", 200],
  ["mmididx/i64.idx", 80],
];

it.each(cases)(
  "%s, however damaged, is read or ends in an error that says where",
  async (name, runs) => {
    const good = readFileSync(fixtures + name);
    const file = join(folder, name.replace(/.*\//, ""));
    if (file.endsWith(".idx")) {
      copyFileSync((fixtures + name).replace(/idx$/, "bin"), file.replace(/idx$/, "bin"));
    }
    const limit = good.length * 64 + 48 * 2 ** 20;
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        await writeFile(file, changed(good, list));
        const before = process.memoryUsage().arrayBuffers;
        try {
          for await (const part of readDocuments([file])) void part;
        } catch (error) {
          expect(error).toBeInstanceOf(MtfError);
          const { code, details } = error as MtfError;
          expect(code).toBe("bad-file");
          expect(String(details.file)).toContain(folder);
          expect(details.offset).toBeGreaterThanOrEqual(0);
          expect(details.reason).not.toBe("");
        }
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(limit);
      }),
      { numRuns: draws(runs) },
    );
  },
);

/** A frame whose blocks each repeat a byte 128 Ki times: 4 bytes on disk. */
function zstdOf(byte: number, blocks: number): Buffer {
  const size = (128 * 1024) << 3;
  const block = (last: number) => [(size | 2 | last) & 255, (size >> 8) & 255, size >> 16, byte];
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
  return Buffer.from(
    [...head, ...Array.from({ length: blocks }, (_, i) => block(+(i === blocks - 1)))].flat(),
  );
}

it.each<[string, () => Buffer, RegExp | undefined]>([
  ["words.txt.gz", () => gzipSync(Buffer.alloc(256 << 20, "ab "), { level: 1 }), undefined],
  [
    "words.jsonl.gz",
    () => gzipSync(Buffer.alloc(400 << 20, "a"), { level: 1 }),
    /longer than 256 MiB/,
  ],
  ["word.txt.zst", () => zstdOf(97, 8192), /no white space in 64 million/],
  ["word.jsonl.zst", () => zstdOf(97, 8192), /longer than 256 MiB/],
])(
  "%s, a small file of very much, takes memory for no more than a line or a word",
  async (name, make, reason) => {
    const packed = make();
    expect(packed.length).toBeLessThan(4 << 20);
    const file = join(folder, name);
    await writeFile(file, packed);
    const held = () => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = held();
    let most = 0;
    const reading = (async () => {
      for await (const part of readDocuments([file])) {
        void part;
        most = Math.max(most, held() - before);
      }
    })();
    if (reason) await expect(reading).rejects.toThrow(reason);
    else await reading;
    expect(Math.max(most, held() - before)).toBeLessThan(400 << 20);
  },
);
