import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { workers } from "mtf/workers";
import { afterAll, describe, expect, it } from "vitest";
import type { Built } from "../../src/built.ts";
import { type Config, parseConfig } from "../../src/config/index.ts";
import { cachedLogits } from "../../src/generate/cached-logits.ts";
import { placeOfLargest } from "../../src/generate/largest.ts";
import { type Dims, type Forward, forward } from "../../src/models/index.ts";
import { type Rows, rowsOf } from "../../src/rows.ts";
import { layouts } from "../hugging-face/layouts.ts";
import { randomModel } from "../support/random-model.ts";

const llama = { num_hidden_layers: 2, num_attention_heads: 4, hidden_size: 32 };
const gpt2 = { n_layer: 2, n_head: 4, n_embd: 24, n_positions: 96 };
const models: Readonly<Record<string, object>> = {
  gpt_neo: {
    ...{ num_layers: 2, num_heads: 4, hidden_size: 24, max_position_embeddings: 96 },
    ...{ window_size: 7, attention_types: [[["global", "local"], 1]] },
  },
  gpt2,
  gpt_neox: { ...llama, max_position_embeddings: 96, rotary_pct: 0.25 },
  gptj: { ...gpt2, rotary_dim: 4 },
  // All of its layers have rings.
  mistral: { ...llama, max_position_embeddings: 96, num_key_value_heads: 2, sliding_window: 9 },
};

const length = 96;
const vocab = 53;
const steps = 20;
/** Rows of ids, all of which are known from the beginning: each has a prompt and what goes on. */
const texts = [3, 71, 18].map((prompt, row) =>
  Array.from({ length: prompt + steps }, (_, i) => (7 * row + i * i + (i >> 3)) % vocab),
);

const opened: Devices[] = [];
afterAll(async () => {
  for (const devices of opened) await devices.close();
});

async function on(devices: Promise<Devices>, layout: string, config: Config) {
  const here = await devices;
  opened.push(here);
  return randomModel(here, layouts[layout]!, config);
}

const meshOf = (layout: string) => defineMesh(layouts[layout]!.mesh);

/** The logits of what follows every id of every row, computed of all rows at once. */
async function plainLogits(model: Awaited<ReturnType<typeof on>>): Promise<Float32Array> {
  const { config, parameters, program } = model;
  const all = (dims: Dims): Built<readonly [Rows], Forward["logits"]> => [
    (p, tokens) => forward(config, dims, p, tokens).logits,
    [rowsOf(dims)],
  ];
  const run = await program(length, all, texts.length);
  const tokens = new Int32Array(texts.length * length);
  texts.forEach((ids, row) => {
    tokens.set(ids, row * length);
  });
  return (await (await run(parameters, tokens)).read()) as Float32Array;
}

/** Those of what follows the first ids of a row. */
function after(logits: Float32Array, row: number, ids: number): Float32Array {
  const last = row * length + ids - 1;
  return logits.subarray(last * vocab, (last + 1) * vocab);
}

const farthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

describe.each(Object.entries(models))("in float32 %s", async (model_type, sizes) => {
  const config = parseConfig({ model_type, ...sizes, vocab_size: vocab, initializer_range: 0.2 });
  // The reference computes in float64.
  const exact = await plainLogits(await on(simulator(meshOf("one device")), "one device", config));
  const wasm = simulator(meshOf("one device"), { backend: "wasm" });
  const plain = await plainLogits(await on(wasm, "one device", config));
  // Ten times what float32 without a cache loses is allowed, as it is of Hugging Face's numbers.
  const bound =
    10 * farthest(plain, exact) + 1e-6 * farthest(exact, new Float32Array(exact.length));

  it.each([
    ["one device", () => simulator(meshOf("one device"), { backend: "wasm" })],
    ["both", () => workers(meshOf("both"))],
    ["sequence and memory split", () => workers(meshOf("sequence and memory split"))],
    ["uneven in three", () => simulator(meshOf("uneven in three"), { backend: "wasm" })],
  ] as const)("chooses with a cache what it chooses without, %s", async (layout, open) => {
    const logits = cachedLogits(await on(open(), layout, config));
    let decided = 0;
    for (let step = 0; step <= steps; step++) {
      const rows = texts.map((ids) => ids.slice(0, ids.length - steps + step));
      const found = await logits.next(
        rows.map((ids, row) => ({ ids, ...(step > 0 && { continues: row }) })),
      );
      for (const [row, ids] of rows.entries()) {
        const of = after(exact, row, ids.length);
        expect(farthest(found[row]!, of)).toBeLessThanOrEqual(bound);
        const [first, second] = [...of].sort((a, b) => b - a) as [number, number];
        if (first - second <= 2 * bound) continue;
        decided++;
        expect(placeOfLargest(found[row]!)).toBe(placeOfLargest(of));
      }
    }
    await logits.close();
    // Nearly all choices are clear enough.
    expect(decided).toBeGreaterThan(0.95 * steps * texts.length);
  });
});
