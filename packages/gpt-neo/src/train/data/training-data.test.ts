import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { someText } from "../../../test/support/runs.ts";
import { batchesInOrder, ignoredLabel, type Position, start } from "../../data/index.ts";
import { writeIndexed } from "../../data/mmididx/write.ts";
import { makeTokenizer } from "../../tokenizer/index.ts";
import { openTrainingData, type TrainingDataOptions } from "./training-data.ts";

// Text in the third order: the chunks of it are so small that a little is much.

let folder = "";
const at = (name: string): string => join(folder, name);
const lines = Array.from(
  { length: 400 },
  (_, i) =>
    `${i} ${someText(90 + (i % 50))
      .replaceAll("\n", " ")
      .slice(60)}`,
);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "training-data-"));
  await writeFile(at("text.txt"), someText(20_000));
  await writeFile(at("lines.jsonl"), lines.map((text) => JSON.stringify({ text })).join("\n"));
  await writeIndexed(at("ids.bin"), [Array.from({ length: 40 }, () => [1, 2, 3, 4, 5])], {
    vocabSize: 257,
  });
});
afterAll(() => rm(folder, { recursive: true }));

const tokenizer = makeTokenizer({ kind: "bytes" });
const usual = {
  order: 3,
  context: 16,
  validation: 0.1,
  endOfText: 256,
  source: { kind: "bytes" },
  chunkBytes: 500,
  window: 4,
  threads: 0,
} as const;

type More = Partial<TrainingDataOptions> & { readonly files?: readonly string[] };

function open({ files = ["text.txt", "lines.jsonl"], ...more }: More = {}) {
  const sources = [{ files: files.map(at), weight: 1 }];
  const vocabulary = { tokenizer, size: 257 };
  return openTrainingData({ kind: "files", files: sources }, null, vocabulary, {
    ...usual,
    ...more,
  });
}

/** The labels of so many batches, and where it is then; all is closed. */
async function trained(batches: number, more: More = {}, from: Position = start) {
  const data = await open(more);
  try {
    const labels: number[] = [];
    let position = from;
    for (let i = 0; i < batches; i++) {
      const { batch, next } = await data.take(position, 4, 7);
      labels.push(...batch.labels);
      position = JSON.parse(JSON.stringify(next));
    }
    const held = await data.validation!();
    const validation = [...batchesInOrder(held, 4)].flatMap((batch) => [...batch.labels]);
    return { labels, position, validation, counts: data.counts };
  } finally {
    await data.close();
  }
}

async function chunksIn(cache: string): Promise<string[]> {
  const names = await readdir(cache, { recursive: true });
  return names.filter((name) => name.endsWith(".ids")).map((name) => join(cache, name));
}

describe("text that has to be read from its beginning", () => {
  // Digits that pack badly: what is packed has to be much.
  const line = (i: number) => `${Math.sin(i)} ${Math.cos(i)} ${i}`;
  const many = Array.from({ length: 4000 }, (_, i) => line(i));
  const packed = gzipSync(many.map((text) => JSON.stringify({ text })).join("\n"));
  const usualAsOf4 = { order: 4, files: ["packed.jsonl.gz"], threads: 1 } as const;
  const json = { ...usualAsOf4, files: ["list.json"] };
  beforeAll(async () => {
    await writeFile(at("packed.jsonl.gz"), packed);
    await writeFile(at("list.json"), JSON.stringify(many.map((text) => ({ text }))));
  });
  const ids = many.flatMap((text) => [...Buffer.from(text), 256]);
  // Of a chunk there are two batches. Eight are held back.
  const epoch = 2 * (Math.ceil(ids.length / 125) - 8);

  it("is the same stream cold, warm, in any format, and from any place on", async () => {
    const long = epoch + 40;
    const whole = await trained(long, { ...usualAsOf4, cache: at("packed-cache") });
    expect(whole.position.epoch).toBe(1);
    expect(whole.counts).toEqual({ data_bytes: packed.length });
    expect(whole.validation.length).toBeGreaterThan(500);
    const warm = await trained(long, { ...usualAsOf4, cache: at("packed-cache") });
    expect(warm).toEqual(whole);
    const other = await trained(long, { ...json, cache: at("json-cache") });
    expect([other.labels, other.validation]).toEqual([whole.labels, whole.validation]);
    for (const first of [700, epoch + 20]) {
      const cache = at(`cache-from-${first}`);
      const begun = await trained(first, { ...usualAsOf4, cache });
      const rest = await trained(long - first, { ...usualAsOf4, cache }, begun.position);
      expect([...begun.labels, ...rest.labels]).toEqual(whole.labels);
    }
  });

  it("is all trained on or held back once an epoch, and no part of it is both", async () => {
    const cache = at("packed-cache");
    const { labels, validation } = await trained(epoch, { ...usualAsOf4, cache });
    // The last chunk is shorter than the others, so the last batch goes on into the next epoch.
    const samples = 4 * epoch - 8 + Math.ceil((ids.length % 125) / 16);
    const predicted = [labels.slice(0, 16 * samples), validation].map((all) =>
      all.filter((id) => id !== ignoredLabel),
    );
    expect(predicted[1]).toHaveLength(8 * 125);
    const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
    expect(ascending(predicted.flat())).toEqual(ascending(ids));
  });

  it("is trained on before all is read: damage at its end is met when it is there", async () => {
    // So much that it is read in several pieces.
    const good = [...many, ...many, ...many].map((text) => JSON.stringify({ text }));
    await writeFile(at("broken.jsonl.gz"), gzipSync([...good, "{"].join("\n")));
    const notes: string[] = [];
    const files = { ...usualAsOf4, files: ["broken.jsonl.gz"], cache: at("broken-packed") };
    const data = await open({ ...files, note: (note) => notes.push(note) });
    let [position, batches] = [start, 0];
    const all = async () => {
      for (; ; batches++) position = (await data.take(position, 4, 7)).next;
    };
    await expect(all()).rejects.toThrow("broken.jsonl.gz:12001: ");
    expect(batches).toBeGreaterThan(100);
    await data.close();
    expect(notes.join("\n")).toMatch(
      /broken.jsonl.gz:12001: .*: the run ends where it gets there$/m,
    );
    // Runs of the order before have all of it read before.
    await expect(open({ ...files, order: 3 })).rejects.toThrow("broken.jsonl.gz:12001: ");
  });

  it("keeps what is tokenized when it is closed at once, and goes on from there", async () => {
    const cache = at("closed-cache");
    const notes: string[] = [];
    const note = (line: string) => notes.push(line);
    const data = await open({ ...usualAsOf4, cache, note });
    await data.close();
    const { labels } = await trained(50, { ...usualAsOf4, cache, note });
    expect(labels).toEqual((await trained(50, { ...usualAsOf4, cache: at("json-cache") })).labels);
    expect(notes.join("\n")).not.toContain("the run ends");
  });
});

describe("text in the third order", () => {
  it("is the same whatever the threads, and whether it is kept, there, in part, or damaged", async () => {
    const expected = await trained(40);
    expect(expected.labels.filter((id) => id !== ignoredLabel).length).toBeGreaterThan(2000);
    for (const threads of [1, 3]) expect(await trained(40, { threads })).toEqual(expected);
    const cache = at("cache");
    // Cold, with the rest of it tokenized in the background; and then warm.
    for (const threads of [2, 0, 1])
      expect(await trained(40, { threads, cache })).toEqual(expected);
    const kept = await chunksIn(cache);
    expect(kept.length).toBeGreaterThan(8);
    for (const [i, file] of kept.entries()) {
      if (i % 3 === 0) await rm(file);
      if (i % 3 === 1) await truncate(file, i % 2 === 0 ? 3 : 40);
    }
    expect(await trained(40, { threads: 1, cache })).toEqual(expected);
    expect(expected.counts).toEqual({ data_bytes: expect.any(Number) });
  });

  it("goes on from any batch as the same stream, warm or cold, over the epoch's end", async () => {
    const whole = await trained(700);
    expect(whole.position.epoch).toBe(1);
    for (const first of [1, 33, 600]) {
      const begun = await trained(first);
      const cold = await trained(700 - first, {}, begun.position);
      const warm = await trained(700 - first, { cache: at("cache"), threads: 1 }, begun.position);
      expect([...begun.labels, ...cold.labels]).toEqual(whole.labels);
      expect(warm).toEqual(cold);
    }
  });

  it("is divided by its size: every id is trained on or held back, none is both", async () => {
    const { labels, validation } = await trained(40, { files: ["lines.jsonl"], context: 600 });
    const text = (ids: readonly number[]): Set<string> => {
      const bytes = ids.filter((id) => id !== ignoredLabel).map((id) => (id === 256 ? 10 : id));
      return new Set(Buffer.from(bytes).toString().split("\n"));
    };
    const [train, held] = [text(labels), text(validation)];
    // A chunk is a sample here, so that none cuts a line.
    expect(lines.filter((line) => !train.has(line) && !held.has(line))).toEqual([]);
    expect(lines.filter((line) => held.has(line)).length).toBeGreaterThan(10);
    expect(lines.filter((line) => train.has(line) && held.has(line))).toEqual([]);
  });

  it("with files of ids beside it, and in shares, is one stream that goes on", async () => {
    const together = { files: ["text.txt", "ids.bin", "lines.jsonl"] };
    const whole = await trained(300, together);
    expect(whole.counts).toEqual({ data_bytes: expect.any(Number), data_tokens: 201 });
    const begun = await trained(120, together);
    const rest = await trained(180, together, begun.position);
    expect([...begun.labels, ...rest.labels]).toEqual(whole.labels);

    const files = [
      { files: [at("text.txt")], weight: 0.75 },
      { files: [at("ids.bin")], weight: 0.25 },
    ];
    const vocabulary = { tokenizer, size: 257 };
    const data = await openTrainingData({ kind: "files", files }, null, vocabulary, usual);
    const { batch } = await data.take(start, 1000, 7);
    const rows = Array.from({ length: 1000 }, (_, row) =>
      batch.tokens.subarray(16 * row, 16 * row + 16),
    );
    // No byte of the text is so low.
    expect(rows.filter((ids) => ids.some((id) => id < 6)).length).toBe(250);
    expect((await data.validation!()).tokens).toBeGreaterThan(100);
    await data.close();
  });

  it("is taken from long before it is all tokenized: no more is needed than a window or two", async () => {
    const lengths: number[] = [];
    for (const length of [40_000, 400_000]) {
      await writeFile(at("long.txt"), someText(length));
      let ready = 0;
      const data = await open({ files: ["long.txt"], onAwaiting: () => ready++ });
      await data.take(start, 4, 7);
      expect(data.counts).toEqual({ data_bytes: length });
      await data.close();
      lengths.push(ready);
    }
    // Without a cache nothing is made but what is asked for, however much there is.
    expect(lengths[0]).toBeGreaterThanOrEqual(usual.window);
    expect(lengths[1]).toBeLessThanOrEqual(2 * usual.window);
  });

  it("that is kept already is nothing to wait for", async () => {
    const awaited: number[] = [];
    for (let i = 0; i < 2; i++) {
      let ready = 0;
      const data = await open({ cache: at("kept-cache"), onAwaiting: () => ready++ });
      // All of it, so that the next one finds all of it.
      for (let from = start, n = 0; n < 100; n++) {
        from = (await data.take(from, 4, 7)).next;
      }
      await data.close();
      awaited.push(ready);
    }
    expect(awaited[0]).toBeGreaterThan(0);
    expect(awaited[1]).toBe(0);
  });

  it("ends by the signal's reason while it is waited for, and leaves nothing half-written", async () => {
    const stop = new AbortController();
    const cache = at("stopped-cache");
    const notes: string[] = [];
    const data = await open({
      cache,
      threads: 1,
      signal: stop.signal,
      note: (line) => notes.push(line),
    });
    const taken = data.take(start, 4, 7);
    stop.abort(new Error("enough"));
    await expect(taken).rejects.toThrow("enough");
    await data.close();
    const names = await readdir(cache, { recursive: true });
    expect(names.filter((name) => /tmp|lock/.test(name))).toEqual([]);
    expect(notes[0]).toMatch(
      /^tokenizing 2 files into \S+ in the background, for this run and the next ones$/,
    );
  });

  it("that is damaged where the run is not yet is told, and ends it only there", async () => {
    const broken = Buffer.from(someText(60_000));
    const cache = at("broken-cache");
    broken[broken.length - 100] = 0xff;
    await writeFile(at("broken.txt"), broken);
    const notes: string[] = [];
    // What is held back is the last chunk, and would be read with the first validation.
    const options = { files: ["broken.txt"], validation: 0, cache, threads: 1 };
    const data = await open({ ...options, note: (line) => notes.push(line) });
    let [position, batches] = [start, 0];
    const all = async () => {
      for (; ; batches++) position = (await data.take(position, 4, 7)).next;
    };
    await expect(all()).rejects.toThrow("broken.txt: it is not UTF-8 from byte 59900 on");
    expect(batches).toBeGreaterThan(0);
    await data.close();
    const told = notes.filter((line) => line.endsWith("the run ends where it gets there"));
    expect(told.length).toBeLessThanOrEqual(1);
  });
});
