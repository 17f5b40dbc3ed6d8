import { defineMesh, key, sum } from "mtf";
import { simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { type Config, loadConfig, withTraining } from "../src/config/index.ts";
import { parseOriginalConfig } from "../src/config/original.ts";
import { parseConfig } from "../src/config/schema.ts";
import { forward, type Parameters, parameterPlaceholders } from "../src/models/index.ts";
import { type Rows, rowsOf } from "../src/rows.ts";
import { fixture } from "./support/expected.ts";
import { onDevices } from "./support/on-devices.ts";

// Where the original dropped out, which is not where Hugging Face's models do.

const folder = fixture("weights/safetensors/one");
const plain = await loadConfig(`${folder}/config.json`);
const tokens = Int32Array.from({ length: 16 }, (_, i) => (i * 7) % 97);

/** The logits, or with a seed what training sees of them. */
async function logitsOf(config: Config, seed?: number, mesh = "", layout = "") {
  const devices = await simulator(defineMesh(mesh), { backend: "reference" });
  try {
    const options = seed === undefined ? {} : { dropout: key(seed) };
    const at = { mesh, layout };
    const model = await onDevices(devices, at, {
      ...{ folder, config, batch: 2, length: 8 },
      inputs: (dims) => [parameterPlaceholders(config, dims), rowsOf(dims)],
      fn: (dims) => (parameters: Parameters, rows: Rows) => ({
        logits: forward(config, dims, parameters, rows, options).logits,
        rows: sum(rows),
      }),
    });
    return [...Array.from((await model.call(tokens)).get("logits")!)];
  } finally {
    await devices.close();
  }
}

const dropping = { embed_dropout: 0.2, attention_dropout: 0.3, resid_dropout: 0.1 };
const apart = withTraining({ ...plain, ...dropping }, { dropout_apart: true });

it("a plain model drops out what the same model with the original's options does, to the bit", async () => {
  const found = await logitsOf(apart, 5);
  expect(found).toEqual(await logitsOf({ ...apart, model_type: "gpt_neo_mesh" }, 5));
  const together = withTraining(apart, { dropout_apart: false });
  expect(found).not.toEqual(await logitsOf(together, 5));
  expect(await logitsOf(apart)).toEqual(await logitsOf(together));
});

it("which is the same under another layout", async () => {
  const one = await logitsOf(apart, 5);
  const split = await logitsOf(apart, 5, "data:2,model:2", "batch:data,heads:model,vocab:model");
  for (const [i, x] of split.entries()) expect(x).toBeCloseTo(one[i]!, 4);
});

it("local layers drop no weights of attention, and global ones do", async () => {
  const of = (kind: "global" | "local") => ({
    ...apart,
    ...{ embed_dropout: 0, resid_dropout: 0 },
    attention_types: [[[kind], 4]] as const,
    attention_layers: Array.from({ length: 4 }, () => kind),
  });
  expect(await logitsOf(of("local"), 5)).toEqual(await logitsOf(of("local")));
  expect(await logitsOf(of("global"), 5)).not.toEqual(await logitsOf(of("global")));
});

it("an original config that drops out is read so, and other models have no such option", () => {
  const model = { n_embd: 16, n_head: 2, n_layer: 1, n_vocab: 40, n_ctx: 16 };
  const keys = { ...model, attention_types: [[["global"], 1]], opt_name: "adam", res_dropout: 0.1 };
  for (const [key, is] of [
    ["embed_dropout", true],
    ["attn_dropout", true],
    ["res_dropout", false],
  ] as const) {
    const { config, notes } = parseOriginalConfig({ ...keys, [key]: 0.1 });
    expect(config).toMatchObject({ model_type: "gpt_neo", training: { dropout_apart: is } });
    expect(notes.filter(([about]) => about.endsWith("dropout"))).toEqual([]);
  }
  const llama = { model_type: "llama", training: { dropout_apart: true } };
  expect(() => parseConfig(llama)).toThrow("config has a problem");
});
