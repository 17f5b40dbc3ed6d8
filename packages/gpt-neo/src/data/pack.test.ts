import { readdirSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesTokenizer } from "../tokenizer/bytes.ts";
import { loadData } from "./load.ts";
import { permutation } from "./permutation.ts";
import {
  type Batch,
  batchesInOrder,
  type Position,
  sampleSet,
  start,
  takeBatch,
} from "./samples.ts";
import { tokenStore } from "./store.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pack-"));
});
afterAll(() => rm(folder, { recursive: true }));

const predictions = (batch: Batch): number[] => [...batch.labels].filter((id) => id !== -100);
const sorted = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);

/** All that is predicted in one epoch, a batch after the other. */
function epochOf(samples: Parameters<typeof takeBatch>[0], rows: number, seed: number): number[] {
  const seen: number[] = [];
  let position: Position = start;
  while (position.epoch === 0 && position.index < samples.count) {
    const size = Math.min(rows, samples.count - position.index);
    const { batch, next } = takeBatch(samples, position, size, seed);
    seen.push(...predictions(batch));
    position = next;
  }
  return seen;
}

const documents = fc.array(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }), {
  minLength: 1,
  maxLength: 30,
});

async function load(
  rows: readonly (readonly number[])[],
  context: number,
  validation: number,
  inMemory?: number,
) {
  const file = join(folder, "ids.jsonl");
  await writeFile(file, rows.map((ids) => JSON.stringify({ input_ids: ids })).join("\n"));
  const vocabulary = { tokenizer: bytesTokenizer, size: 257 };
  return loadData([file], vocabulary, { context, validation, endOfText: 256, folder, inMemory });
}

describe("packing", () => {
  it("predicts every id exactly once an epoch: none lost, none repeated", async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0, 0.1, 0.5),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        async (rows, context, validation, batch, seed) => {
          const all = rows.flatMap((ids) => [...ids, 256]);
          const data = await load(rows, context, validation).catch((error) => {
            expect(error).toMatchObject({ code: "bad-argument" });
            expect(all.length * (1 - validation)).toBeLessThan(context + 1);
            return undefined;
          });
          if (!data) return;
          expect(data.tokens).toBe(all.length);
          const trained = epochOf(data.train, batch, seed);
          const held = data.validation
            ? [...batchesInOrder(data.validation, batch)].flatMap(predictions)
            : [];
          expect(sorted([...trained, ...held])).toEqual(sorted(all));
          expect(trained.length).toBe(data.train.tokens);
          expect(held.length).toBe(data.validation?.tokens ?? 0);
          expect(trained.length).toBeGreaterThanOrEqual(context);
          if (validation > 0) expect(held.length).toBeGreaterThan(0);
          data.close();
        },
      ),
      { numRuns: 300 },
    );
  });

  it("predicts each id from the one before it, the first from an end of text", () => {
    const store = tokenStore();
    store.append(Int32Array.of(256, 1, 2, 3, 4, 5));
    const [batch] = batchesInOrder(sampleSet(store, [1, 6], 3, 256), 2);
    expect([...batch!.tokens]).toEqual([256, 1, 2, 3, 4, 256]);
    expect([...batch!.labels]).toEqual([1, 2, 3, 4, 5, -100]);
  });

  it("goes on from any position, with any batch size, as one stream", () => {
    const store = tokenStore();
    store.append(Int32Array.from({ length: 101 }, (_, i) => i));
    const samples = sampleSet(store, [1, 101], 7, 0);
    const stream = (sizes: readonly number[]): number[] => {
      let position: Position = start;
      return sizes.flatMap((rows) => {
        const { batch, next } = takeBatch(samples, position, rows, 5);
        position = JSON.parse(JSON.stringify(next));
        return [...batch.tokens];
      });
    };
    const whole = stream([60]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (sizes) => {
        const found = stream(sizes);
        const common = Math.min(found.length, whole.length);
        expect(found.slice(0, common)).toEqual(whole.slice(0, common));
      }),
    );
    const epochs = [whole.slice(0, 105), whole.slice(105, 210)];
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(sorted(epochs[0]!)).toEqual(sorted(epochs[1]!));
  });

  it("holds back the same documents whatever else is set, and the last part of a single one", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => [i % 256, i % 7, i % 5]);
    const data = await load(rows, 4, 0.1);
    const share = data.validation!.tokens / data.tokens;
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.2);
    data.close();
    const single = await load([Array.from({ length: 100 }, (_, i) => i)], 8, 0.2);
    const held = [...batchesInOrder(single.validation!, 4)].flatMap(predictions);
    expect(held).toEqual([...Array.from({ length: 20 }, (_, i) => i + 80), 256]);
    single.close();
  });

  it("is the same from a temporary file, which is gone afterwards", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => Array.from({ length: i }, (_, j) => i + j));
    const memory = await load(rows, 16, 0.1);
    const file = await load(rows, 16, 0.1, 100);
    for (const set of ["train", "validation"] as const) {
      expect([...batchesInOrder(file[set]!, 3)]).toEqual([...batchesInOrder(memory[set]!, 3)]);
    }
    memory.close();
    file.close();
    expect((await readdir(folder)).filter((name) => name.startsWith("gpt-neo"))).toEqual([]);
  });

  it("makes the folder of its temporary file where there is none", () => {
    const store = tokenStore({ folder: join(folder, "not", "yet"), inMemory: 1 });
    expect(() => readdirSync(join(folder, "not"))).toThrow(/ENOENT/);
    store.append(Int32Array.of(1, 2, 3));
    const found = new Int32Array(3);
    store.read(0, found);
    expect([...found]).toEqual([1, 2, 3]);
    expect(readdirSync(join(folder, "not"))).toEqual(["yet"]);
    store.close();
  });

  it("keeps ids of any vocabulary, in memory and in a file", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 70_000 })), { minLength: 1 }),
        fc.constantFrom(65_536, 70_001),
        fc.constantFrom(10, 1000),
        (parts, below, inMemory) => {
          const store = tokenStore({ folder, below, inMemory });
          const all = parts.flat().map((id) => id % below);
          for (const ids of parts) store.append(Int32Array.from(ids, (id) => id % below));
          const found = new Int32Array(all.length);
          store.read(0, found);
          expect([...found]).toEqual(all);
          expect(store.length).toBe(all.length);
          store.close();
        },
      ),
    );
  });

  it("says when there is too little, and what would do", async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.constantFrom(0, 0.07, 0.5), async (rows, validation) => {
        const error = await load(rows, 5000, validation).catch((e) => e);
        const most = /--context (\d+)/.exec(error.message)?.[1];
        if (most) (await load(rows, Number(most), validation)).close();
      }),
      { numRuns: 50 },
    );
    await expect(load([[1, 2, 3]], 16, 0)).rejects.toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [bad-argument] the data are shorter than one sample.
        data    4 tokens in a document
        needed  16 for a context of 16 and 0 % held back
        try     \`context: 4\`]
    `);
  });
});

describe("permutation", () => {
  it("has every element once, and is another one for every key", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(), fc.nat(), (n, seed, epoch) => {
        const at = permutation(n, [seed, epoch]);
        const all = Array.from({ length: n }, (_, i) => at(i));
        expect(new Set(all).size).toBe(n);
        expect(Math.max(...all)).toBe(n - 1);
        if (n < 20) return;
        const other = permutation(n, [seed, epoch + 1]);
        expect(all.filter((element, i) => element === other(i)).length).toBeLessThan(n / 2);
      }),
      { numRuns: 200 },
    );
  });

  it("spreads evenly, also for more elements than fit in memory", () => {
    const n = 3e12;
    const at = permutation(n, [1, 0]);
    const tenths = new Array(10).fill(0);
    for (let i = 0; i < 10_000; i++) tenths[Math.floor((at(i) / n) * 10)]++;
    // 1000 each on average; six standard deviations of 30.
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(180);
  });
});
