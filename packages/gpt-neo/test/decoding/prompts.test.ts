import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, parseConfig } from "../../src/config/index.ts";
import { cachedLogits } from "../../src/generate/cached-logits.ts";
import { promptLength } from "../../src/generate/prompt-length.ts";
import { layouts } from "../hugging-face/layouts.ts";
import { randomModel } from "../support/random-model.ts";

// Rows begin with their first tokens at once, or by chunks, as they do where it is asked what follows more
// than the last: the same follows them, and is left in the cache for what goes on from there.

const vocab = 23;
const llama = {
  num_hidden_layers: 2,
  num_attention_heads: 4,
  hidden_size: 16,
  intermediate_size: 24,
};
const gpt2 = { n_layer: 2, n_head: 2, n_embd: 8, n_positions: 340 };
const neo = { num_layers: 2, num_heads: 2, hidden_size: 8, max_position_embeddings: 340 };
const local = { ...neo, window_size: 20, attention_types: [[["local", "global"], 1]] };

const models: Readonly<Record<string, object>> = {
  gpt_neo: local,
  gpt2,
  gpt_neox: { ...llama, max_position_embeddings: 340, rotary_pct: 0.5 },
  gptj: { ...gpt2, rotary_dim: 2 },
  mistral: { ...llama, max_position_embeddings: 340, num_key_value_heads: 2, sliding_window: 9 },
  "gpt_neo_mesh with memory of its own": {
    ...{ ...local, model_type: "gpt_neo_mesh", architecture: { pos_emb: "rotary" } },
    original: { num_mem_kv: 3 },
  },
  "gpt_neo_mesh with linear attention": {
    ...{ ...neo, model_type: "gpt_neo_mesh", attention_types: [[["linear", "none"], 1]] },
  },
  "gpt_neo_mesh with experts": {
    ...{ ...local, model_type: "gpt_neo_mesh" },
    original: { moe: { layers: [1], num_experts: 4, hidden_size: 16, group_size: 16 } },
  },
};

const opened: Devices[] = [];
afterAll(async () => {
  for (const devices of opened) await devices.close();
});

/** Computed in float64: results differ only where they are rounded at last. */
async function logitsOn(layout: string, config: Config) {
  const at = layouts[layout]!;
  const devices = await simulator(defineMesh(at.mesh));
  opened.push(devices);
  return cachedLogits(await randomModel(devices, at, config));
}

const idsOf = (size: number, row: number): readonly number[] =>
  Array.from({ length: size }, (_, i) => (7 * row + i * i + (i >> 3)) % vocab);

/** How many tokens a row begins with, and how many more it comes to. */
type Growing = readonly (readonly [begun: number, more: number])[];

/** With some left over, and with a row that begins later. */
const uneven: Growing = [
  [270, 1],
  [130, 30],
  [5, 2],
];

async function check(config: Config, layout: string, rows: Growing): Promise<void> {
  const [chunks, prompt] = [await logitsOn("one device", config), await logitsOn(layout, config)];
  for (const before of [true, false]) {
    const wanted = rows.map(([begun, more], row) => ({
      ids: idsOf(before ? begun : begun + more, row),
      ...(!before && { continues: row }),
    }));
    const found = await prompt.next(wanted);
    const told = await chunks.next(wanted.map((row) => ({ ...row, tail: 2 })));
    for (const [row, numbers] of found.entries()) {
      const expected = told[row]!.subarray(vocab);
      const ulp = 2 ** -23 * Math.max(...expected.map(Math.abs));
      const far = numbers.map((x, i) => Math.abs(x - expected[i]!));
      expect(Math.max(...far)).toBeLessThanOrEqual(ulp);
    }
  }
  await chunks.close();
  await prompt.close();
}

const parsed = (model_type: string) =>
  parseConfig({ model_type, ...models[model_type], vocab_size: vocab, initializer_range: 0.4 });

describe("rows begin at once as by chunks", () => {
  it.each(Object.keys(models))("%s", async (name) => {
    await check(parsed(name), "one device", uneven);
  });

  it.each(["both", "sequence and memory split"])("on a mesh, %s", async (layout) => {
    await check(parsed("gpt_neo"), layout, uneven);
  });

  it.each([250, 120])("with room for more than %i tokens", async (tokens) => {
    await check(parsed("gpt_neo"), "one device", [[tokens, 70]]);
  });
});

it.each([
  // One chunk takes them.
  [1, 64, 1024, undefined],
  // Little more than there are; the most that are filled; no more than there is room for.
  [1, 120, 1024, 128],
  [1, 1000, 1024, 1024],
  [1, 800, 1024, 768],
  [1, 100, 2048, undefined],
  [1, 1000, 1000, 768],
  // Rows share what is worth it.
  [1, 5000, 8192, 2048],
  [8, 1000, 1024, 256],
  [17, 1000, 1024, undefined],
])("%i rows of %i tokens with room for %i begin with %j at once", (rows, most, room, length) => {
  expect(promptLength(rows, most, room)).toBe(length);
});
