import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sizes) => {
        expect(taken(mix, 1500, sizes)).toEqual(taken(mix, 1500, [1]));
      }),
      { numRuns: 30 },
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
    expect([data.documents, data.tokens]).toEqual([400, 800]);
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
