import { defineMesh, key, leavesOf, lower } from "mtf";
import { isSharded, readFloat64, simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { type Config, parseConfig } from "../config/index.ts";
import { parseOriginalConfig } from "../config/original.ts";
import { layoutOf } from "../session.ts";
import { dimsOf, initialParameters } from "./index.ts";

const mesh = defineMesh({ data: 1 });

/** The spread of every fresh parameter, and its mean. */
async function drawn(config: Config): Promise<ReadonlyMap<string, readonly [number, number]>> {
  const dims = dimsOf(config, 1, 8);
  const layout = layoutOf({ layout: "" }, mesh, dims);
  const begin = lower(() => initialParameters(config, dims, key(3)), { layout, inputs: [] });
  const devices = await simulator(mesh, { backend: "reference" });
  try {
    const parameters = await (await devices.load(begin))();
    const found = new Map<string, readonly [number, number]>();
    for (const [path, tensor] of leavesOf(parameters, isSharded)) {
      const numbers = Array.from(await readFloat64(tensor));
      const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
      const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      found.set(path, [Math.sqrt(squares / numbers.length), mean]);
    }
    return found;
  } finally {
    await devices.close();
  }
}

/** Matrices of one block, the tables, and what else there is. */
async function check(config: Config, spreads: Readonly<Record<string, number>>): Promise<void> {
  for (const [path, [spread, mean]] of await drawn(config)) {
    const wanted = spreads[path.replace(/^h\/\d+\//, "")];
    if (wanted === undefined) {
      expect([path, spread, mean]).toEqual([path, 0, path.endsWith("gain") ? 1 : 0]);
      continue;
    }
    // Of 4,096 numbers and up: within five standard errors.
    expect(spread / wanted, path).toBeGreaterThan(1 - 5 / Math.sqrt(2 * 4096));
    expect(spread / wanted, path).toBeLessThan(1 + 5 / Math.sqrt(2 * 4096));
    expect(Math.abs(mean), path).toBeLessThan((5 * wanted) / Math.sqrt(4096));
  }
}

const [embd, ff, heads, layers] = [64, 256, 4, 3];
const sizes = { n_embd: embd, n_head: heads, n_layer: layers, n_vocab: 97, n_ctx: 64 };
const original = (more: object): Config =>
  parseOriginalConfig({ ...sizes, attention_types: [[["global"], layers]], ...more }).config;

it.each([
  [{}, 0.02, 0.02],
  [{ scale_by_depth: true, scale_by_in: false }, 0.02, 0.02 / Math.sqrt(layers)],
  [{ scale_by_in: true }, 0.02 / Math.sqrt(embd), 0.02 / Math.sqrt(ff)],
  [
    { scale_by_depth: true, scale_by_in: true },
    0.02 / Math.sqrt(embd),
    0.02 / Math.sqrt(ff * layers),
  ],
])("an original config with %j begins as the original did", async (more, up, down) => {
  await check(original(more), {
    wte: 0.02,
    wpe: 0.01,
    "attn/q": 1 / Math.sqrt(embd * (embd / heads)),
    "attn/k": 1 / Math.sqrt(embd),
    "attn/v": 1 / Math.sqrt(embd),
    "attn/out": 1 / Math.sqrt(embd),
    "mlp/up": up,
    "mlp/down": down,
  });
});

const neo = { vocab_size: 97, hidden_size: embd, num_layers: layers, num_heads: heads };
const begun = (initial_weights: object | null): Config =>
  parseConfig({
    ...neo,
    max_position_embeddings: 64,
    initializer_range: 0.03,
    tie_word_embeddings: false,
    training: { initial_weights },
  });
const all = (reading: number, adding: number) => ({
  wte: reading,
  wpe: reading,
  lm_head: reading,
  "attn/q": reading,
  "attn/k": reading,
  "attn/v": reading,
  "attn/out": adding,
  "mlp/up": reading,
  "mlp/down": adding,
});

it.each([
  ["nothing said", null, 0.03, 0.03],
  ["NeoX's defaults", { method: "neox" }, 0.03, 0.03 / Math.sqrt(2 * layers)],
  [
    "small_init and wang_init",
    { method: "neox", init_method: "small_init", output_layer_init_method: "wang_init" },
    Math.sqrt(2 / (5 * embd)),
    2 / layers / Math.sqrt(embd),
  ],
  [
    "single_residual_scaled_normal",
    { method: "neox", output_layer_init_method: "single_residual_scaled_normal" },
    0.03,
    0.03 / Math.sqrt(layers),
  ],
])("%s", async (_, initial_weights, reading, adding) => {
  await check(begun(initial_weights), all(reading, adding));
});
