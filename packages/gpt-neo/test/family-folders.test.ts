import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineMesh } from "mtf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, parseConfig, presets } from "../src/config/index.ts";
import { loadModel } from "../src/loaded-model.ts";
import { saveModel } from "../src/model-folder.ts";
import { parameterNames } from "../src/models/index.ts";
import { convertWeights, loadWeights } from "../src/weights/index.ts";
import { fixture } from "./support/expected.ts";
import { family } from "./support/family.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "family-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The published number of parameters. */
const published: Readonly<Record<string, number>> = {
  "125M": 125_198_592,
  gpt2: 124_439_808,
  "gpt2-xl": 1_557_611_200,
  "gpt-j-6b": 6_050_882_784,
  "pythia-70m": 70_426_624,
  "pythia-410m": 405_334_016,
  "pythia-12b": 11_846_072_320,
  "gpt-neox-20b": 20_554_567_680,
};

it.each(Object.entries(published))("preset %s has %i parameters", (name, count) => {
  const config = parseConfig(presets[name], name);
  const sizes = parameterNames(config).map(({ shape }) => shape.reduce((n, size) => n * size, 1));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
});

/** All numbers of a folder's weights, by name. */
async function numbersOf(path: string): Promise<ReadonlyMap<string, Float32Array>> {
  const weights = await loadWeights(path);
  const found = new Map<string, Float32Array>();
  for (const name of weights.tensors.keys()) {
    found.set(name, await weights.read(name, { as: "float32" }));
  }
  expect([weights.unexpected, weights.ignored]).toEqual([[], []]);
  await weights.close();
  return found;
}

describe.each(family)("%s", (name) => {
  const from = fixture(`hugging-face/${name}`);

  it("is converted and saved with every number and key in its place", async () => {
    const converted = join(folder, name.replace("/", "-"));
    await convertWeights(from, converted);
    const saved = `${converted}-saved`;
    // Heads, their parts and rows are cut, unevenly: what devices read is put together again.
    const where = { layout: "heads:model,kv:rows", runtime: "simulator" } as const;
    const model = await loadModel(from, where, defineMesh("model:2,rows:3"));
    await mkdir(saved);
    await saveModel(saved, model.config, model.parameters, undefined);
    await model.close();
    const wanted = await numbersOf(from);
    const written = JSON.parse(await readFile(join(from, "config.json"), "utf8"));
    for (const path of [converted, saved]) {
      expect(await numbersOf(path)).toEqual(wanted);
      const config = JSON.parse(await readFile(join(path, "config.json"), "utf8"));
      expect(config).toMatchObject({ ...written, transformers_version: expect.any(String) });
      expect({ ...(await loadConfig(path)), other: {} }).toEqual({
        ...(await loadConfig(from)),
        other: {},
      });
    }
  });
});

it("refuses scalings of rotary embeddings by name, and takes those of Llama 3", () => {
  const llama = { model_type: "llama", hidden_size: 32, num_attention_heads: 4 };
  const yarn = { rope_type: "yarn", factor: 4 };
  expect(() => parseConfig({ ...llama, rope_scaling: yarn })).toThrow(
    /rope_scaling.rope_type +is "yarn"; here rotary embeddings are scaled linear or llama3/,
  );
  expect(() => parseConfig({ ...llama, hidden_act: "mish" })).toThrow(/hidden_act +is "mish"/);
  const three = {
    factor: 8,
    ...{ low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 },
  };
  const scaled = parseConfig({ ...llama, rope_scaling: { rope_type: "llama3", ...three } });
  expect(scaled.architecture.rotary_scaling).toEqual({ type: "llama3", ...three });
  const old = parseConfig({ ...llama, rope_scaling: { type: "linear", factor: 2 } });
  expect(old.architecture.rotary_scaling).toEqual({ type: "linear", factor: 2 });
});

it("has local layers in GPT-Neo alone, and a window in all of Mistral's or none", () => {
  const small = { hidden_size: 64, num_layers: 2, num_heads: 8 };
  const layersOf = (type: string, more = {}) =>
    parseConfig({ ...small, model_type: type, ...more }).attention_layers;
  expect(layersOf("gpt_neo")).toEqual(["global", "local"]);
  for (const type of ["gpt2", "gpt_neox", "gptj", "llama"]) {
    expect(layersOf(type)).toEqual(["global", "global"]);
  }
  expect(layersOf("mistral", { sliding_window: 16 })).toEqual(["local", "local"]);
  expect(layersOf("mistral", { sliding_window: null })).toEqual(["global", "global"]);
  expect(() => layersOf("gpt2", { attention_types: [[["local"], 2]] })).toThrow(
    /attention_types +has "local", but local layers are GPT-Neo's/,
  );
});

it("tells problems by the keys that a config has", () => {
  expect(() => parseConfig({ model_type: "gpt2", n_embd: -1 })).toThrow(/n_embd +is -1/);
  expect(() => parseConfig({ model_type: "gpt2", n_embd: 10, n_head: 3 })).toThrow(
    /n_head +is 3, which does not divide hidden_size 10/,
  );
  expect(() => parseConfig({ model_type: "gpt_neo", n_embd: 10 })).toThrow(/n_embd +is no key/);
});
