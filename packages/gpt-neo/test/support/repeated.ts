import { createReadStream } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { typeForVocabulary } from "../../src/data/mmididx/dtypes.ts";
import { writeIndexOf } from "../../src/data/mmididx/write.ts";
import { exampleOf, recordOf } from "../../src/data/tfrecord/index.ts";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** The same bytes again and again: frames, members, records and lines may follow each other. */
export async function writeRepeated(path: string, unit: Uint8Array, times: number): Promise<void> {
  const file = await open(path, "w");
  const some = Math.min(times, Math.max(1, Math.floor(2 ** 20 / unit.length)));
  const block = Buffer.concat(Array.from({ length: some }, () => unit));
  for (let left = times; left > 0; left -= some) {
    await file.write(left >= some ? block : block.subarray(0, left * unit.length));
  }
  await file.close();
}

/** The index of a `.bin` for GPT-2's vocabulary whose documents have so many ids each. */
export async function writeIndexFor(bin: string, documents: number, ids: number): Promise<void> {
  const sizes = `${bin}.sizes`;
  await writeRepeated(sizes, new Uint8Array(Int32Array.of(ids).buffer), documents);
  const index = await open(bin.replace(/bin$/, "idx"), "w");
  const type = typeForVocabulary(50257);
  const tables = {
    type,
    sequences: documents,
    continued: [],
    sizes: () => createReadStream(sizes),
  };
  await writeIndexOf({ write: async (data) => void (await index.write(data as Buffer)) }, tables);
  await index.close();
  await rm(sizes);
}

/** What may be repeated to a file of any size. */
export interface Repeatable {
  readonly unit: Uint8Array;
  /** The bytes of text, or of ids, that it stands for. */
  readonly size: number;
  readonly documents: number;
}

/** A document of a usual size. */
const line = Buffer.from(`${JSON.stringify({ text: "some words of a text\n".repeat(400) })}\n`);

/** A unit of each format, by the end of a file's name. */
export const units: Readonly<Record<string, () => Promise<Repeatable>>> = {
  txt: async () => ({ unit: Buffer.from("some words of a text\n"), size: 21, documents: 1 }),
  jsonl: async () => ({ unit: line, size: line.length, documents: 1 }),
  "jsonl.gz": async () => ({
    unit: gzipSync(Buffer.concat(Array.from({ length: 16 }, () => line))),
    size: 16 * line.length,
    documents: 16,
  }),
  "jsonl.zst": async () => ({
    unit: await fixture("packed/many-blocks-small-window.jsonl.zst"),
    size: 271_245,
    documents: 360,
  }),
  tfrecords: async () => {
    const ids = Int32Array.from({ length: 2049 }, (_, i) => i);
    const unit = recordOf(exampleOf("text", ids));
    return { unit, size: unit.length, documents: 1 };
  },
  bin: async () => ({ unit: Buffer.alloc(2000, 7), size: 2000, documents: 1 }),
};

function fixture(name: string): Promise<Uint8Array> {
  return readFile(fixtures + name);
}
