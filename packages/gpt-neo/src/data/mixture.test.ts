import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";
import { loadData } from "./load.ts";
import { loadMixture, mixedSamples, sharesOf } from "./mixture.ts";
import { type Position, type SampleSet, start, takeBatch } from "./samples.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mixture-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A set whose samples are told by the one number they hold. */
function numbered(count: number, first: number): SampleSet {
  return {
    context: 1,
    tokens: count,
    count,
    read(index, tokens, labels) {
      tokens[0] = first + index;
      labels[0] = first + index;
    },
  };
}

function taken(samples: SampleSet, total: number, sizes: readonly number[], seed = 3): number[] {
  const seen: number[] = [];
  let position: Position = start;
  for (let i = 0; seen.length < total; i++) {
    const rows = Math.min(sizes[i % sizes.length]!, total - seen.length);
    const { batch, next } = takeBatch(samples, position, rows, seed);
    seen.push(...batch.labels);
    position = next;
  }
  return seen;
}

const documents = fc.array(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 30 }), {
  minLength: 1,
  maxLength: 20,
});

describe("a mixture of any documents", () => {
  /** Every source's ids are its own: ids of source i are 100 i … 100 i + 99, its ends of text too. */
  const load = async (
    drawn: readonly (readonly (readonly number[])[])[],
    weights: number[],
    context: number,
  ) => {
    const sources = await Promise.all(
      drawn.map(async (rows, i) => {
        const path = join(folder, `drawn-${i}.jsonl`);
        // An end of text of one's own tells whose it is.
        const lines = rows.map((ids) => ({ input_ids: [...ids, 99].map((id) => 100 * i + id) }));
        await writeFile(path, lines.map((line) => JSON.stringify(line)).join("\n"));
        return { files: [path], weight: weights[i]! };
      }),
    );
    const vocabulary = { tokenizer: undefined, size: 1000 };
    const options = { context, validation: 0, endOfText: 999, folder };
    return loadMixture(sources, vocabulary, options).catch((error) => {
      expect(error).toMatchObject({ code: "bad-argument" });
      return undefined;
    });
  };
  const mixtures = [
    fc.array(documents, { minLength: 2, maxLength: 3 }),
    fc.tuple(...Array.from({ length: 3 }, () => fc.double({ min: 0.05, max: 20, noNaN: true }))),
    fc.integer({ min: 1, max: 6 }),
  ] as const;

  it("predicts each source's ids in turn: none lost, none twice before all were there", async () => {
    await fc.assert(
      fc.asyncProperty(...mixtures, fc.nat(), async (drawn, weights, context, seed) => {
        const data = await load(drawn, weights, context);
        if (!data) return;
        // By source, the predictions of its samples, in the order of the stream.
        const bySource = drawn.map((): number[][] => []);
        const { batch } = takeBatch(data.train, start, 400, seed);
        for (let row = 0; row < batch.rows; row++) {
          const [begin, end] = [row * context, (row + 1) * context];
          const labels = [...batch.labels.slice(begin, end)].filter((id) => id >= 0);
          // An end of text is everybody's, but it follows an id of its source.
          const ids = [...batch.tokens.slice(begin, begin + labels.length), ...labels];
          const owners = new Set(ids.filter((id) => id !== 999).map((id) => Math.floor(id / 100)));
          expect(owners.size).toBe(1);
          bySource[[...owners][0]!]!.push(labels);
        }
        for (const [i, rows] of drawn.entries()) {
          const ids = rows.flatMap((row) => [...row, 99].map((id) => 100 * i + id).concat(999));
          const count = Math.ceil(ids.length / context);
          const samples = bySource[i]!;
          for (let round = 0; (round + 1) * count <= samples.length; round++) {
            const seen = samples.slice(round * count, (round + 1) * count).flat();
            expect(seen.sort()).toEqual([...ids].sort());
          }
        }
        data.close();
      }),
      { numRuns: draws(60) },
    );
  });

  it("goes on from any place, for any number of devices, as the same stream", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        ...mixtures,
        sizes,
        fc.nat(),
        async (drawn, weights, context, rows, seed) => {
          const data = await load(drawn, weights, context);
          if (!data) return;
          const total = rows.reduce((sum, size) => sum + size, 0);
          const whole = takeBatch(data.train, start, total, seed).batch;
          let position: Position = start;
          let done = 0;
          for (const size of rows) {
            // As a checkpoint keeps it, and as a run that goes on reads the data anew.
            const { batch, next } = takeBatch(
              data.train,
              JSON.parse(JSON.stringify(position)),
              size,
              seed,
            );
            const end = (done + size) * context;
            expect(batch.tokens).toEqual(whole.tokens.slice(done * context, end));
            expect(batch.labels).toEqual(whole.labels.slice(done * context, end));
            position = next;
            done += size;
          }
          data.close();
        },
      ),
      { numRuns: draws(60) },
    );
  });
});

describe("a mixture", () => {
  it("takes from each source in its share, and all of it before any again", () => {
    const mix = mixedSamples([numbered(40, 0), numbered(5000, 1000)], [0.3, 0.7]);
    const seen = taken(mix, 10_000, [16]);
    const [small, large] = [seen.filter((n) => n < 1000), seen.filter((n) => n >= 1000)];
    expect([small.length, large.length]).toEqual([3000, 7000]);
    for (let round = 0; round < 75; round++) {
      expect(new Set(small.slice(round * 40, round * 40 + 40)).size).toBe(40);
    }
    expect(new Set(large.slice(0, 5000)).size).toBe(5000);
  });

  it("is the same stream whatever its batches, and another for another seed", () => {
    const mix = mixedSamples([numbered(7, 0), numbered(300, 1000), numbered(1, 2000)], [1, 2, 0.1]);
    const one = taken(mix, 1500, [1]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sizes) => {
        expect(taken(mix, 1500, sizes)).toEqual(one);
      }),
      { numRuns: draws(30) },
    );
    expect(taken(mix, 100, [1], 4)).not.toEqual(taken(mix, 100, [1], 3));
  });

  it("has shares that add up, none of them nothing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (weights) => {
          const shares = sharesOf(weights);
          expect(shares.reduce((sum, part) => sum + part, 0)).toBe(1000);
          expect(Math.min(...shares)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it("is read from files, and holds back a part of each", async () => {
    const file = async (name: string, from: number): Promise<string> => {
      const lines = Array.from({ length: 200 }, (_, i) => `{"input_ids":[${from + (i % 50)}]}`);
      await writeFile(join(folder, name), lines.join("\n"));
      return join(folder, name);
    };
    const sources = [
      { files: [await file("a.jsonl", 0)], weight: 3 },
      { files: [await file("b.jsonl", 100)], weight: 1 },
    ];
    const vocabulary = { tokenizer: undefined, size: 257 };
    const options = { context: 4, validation: 0.2, endOfText: 256 };
    const data = await loadMixture(sources, vocabulary, options);
    expect(data.tokens).toBe(800);
    expect(data.validation!.tokens).toBeGreaterThan(100);
    data.close();
    const bad = loadMixture([{ ...sources[0]!, weight: 0 }], vocabulary, options);
    await expect(bad).rejects.toMatchObject({ code: "bad-argument" });
  });
});

it("documents kept apart predict nothing across their borders", async () => {
  const file = join(folder, "apart.jsonl");
  await writeFile(file, '{"input_ids":[1,2]}\n{"input_ids":[]}\n{"input_ids":[3]}\n');
  const options = { context: 6, validation: 0, endOfText: 9, crossDocument: false };
  const { train, close } = await loadData([file], { tokenizer: undefined, size: 10 }, options);
  const [tokens, labels] = [new Int32Array(6), new Int32Array(6)];
  train.read(0, tokens, labels);
  close();
  expect([...tokens]).toEqual([9, 1, 2, 9, 9, 3]);
  expect([...labels]).toEqual([-100, 2, 9, -100, -100, 9]);
});
