import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, presets } from "../src/config/index.ts";
import { evaluate } from "../src/eval/measure.ts";
import { generateAll } from "../src/generate/all.ts";
import { loadModel } from "../src/loaded-model.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture, readJson } from "./support/expected.ts";
import { logOf, someText } from "./support/runs.ts";

// What can be done with a model of the original's options: all that can be done with others.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
writeFileSync(at("text.txt"), someText(3000));

interface Case {
  readonly name: string;
  readonly n_ctx: number;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

const { cases } = await readJson<{ cases: readonly Case[] }>("original-models/sampling.json");

describe("makes the ids that the original made without chance, from a cache", () => {
  it.each(cases)("$name", async ({ name, n_ctx, inputs, outputs }) => {
    const where = { mesh: "data:2,model:2", runtime: "simulator" } as const;
    const model = await loadModel(fixture(`original-models/${name}`), where);
    const prompts = inputs.map((ids) => ids.filter((id) => id !== 0));
    const settings = { doSample: false, eosTokenId: [], maxNewTokens: n_ctx };
    const texts = await generateAll(model, prompts, settings).finally(() => model.close());
    const made = texts.map(([text], i) => [...prompts[i]!, ...text!.ids].slice(0, n_ctx));
    expect(made).toEqual(outputs);
  });
});

const options = {
  "all options": {
    activation_function: "selu",
    attention_types: [[["global", "linear"], 1]],
    original: {
      axial_pos_emb: [8, 8],
      scalenorm: true,
      mlp_glu: true,
      macaron: true,
      num_mem_kv: 2,
    },
  },
  rezero: {
    attention_types: [[["local", "none"], 1]],
    tie_word_embeddings: false,
    architecture: { pos_emb: "rotary" },
    original: { rezero: true, final_norm: false },
    training: { loss: "entmax" },
  },
  "shared weights": {
    activation_function: "aria",
    architecture: { num_unique_layers: 1 },
    original: { moe: { layers: [1], num_experts: 4, hidden_size: 16, group_size: 16 } },
  },
};

function config(name: keyof typeof options): string {
  const { tiny } = presets;
  const own = { training: {}, ...options[name] };
  const few = { context: 16, steps: 3, warmup_steps: 1, batch_size: 4 };
  const training = { ...tiny!.training, ...few, ...own.training };
  const file = at(`${name}.json`);
  writeFileSync(file, JSON.stringify({ ...tiny, model_type: "gpt_neo_mesh", ...own, training }));
  return file;
}

describe.each(Object.keys(options) as (keyof typeof options)[])("%s", (name) => {
  it("trains, goes on, converts, is measured and generates, on a mesh as on one device", async () => {
    const out = at(`${name}-run`);
    const split = ["--mesh", "data:2,model:2", "--storage", "embd:data", "--runtime", "simulator"];
    const command = ["train", "--config", config(name), "--data", at("text.txt"), "--json"];
    resultOf(await callHere(...command, "--out", out, ...split));
    const plain = ["--mesh", "data:1", "--runtime", "simulator"];
    resultOf(await callHere(...command, "--out", `${out}-1`, ...plain));
    const losses = (run: string) => logOf(run).map(({ loss }) => loss as number);
    expect(losses(out)[2]).toBeLessThan(losses(out)[0]!);
    // Numbers that are drawn for experts are the same on a mesh.
    for (const [i, loss] of losses(`${out}-1`).entries())
      expect(losses(out)[i]).toBeCloseTo(loss, 4);
    resultOf(await callHere("convert", "--from", out, "--to", `${out}-copy`, "--json"));
    const [one, copy] = [await loadConfig(out), await loadConfig(`${out}-copy`)];
    expect({ ...copy, other: {} }).toEqual({ ...one, other: {} });
    const model = await loadModel(`${out}-copy`, { mesh: "model:2", runtime: "simulator" });
    try {
      const { loss } = await evaluate(model, [someText(50)]);
      expect(loss).toBeLessThan(6);
      const [text] = (
        await generateAll(model, [[111, 110, 101]], { maxNewTokens: 5, entmaxAlpha: 1.3 })
      )[0]!;
      expect(text!.ids.length).toBeGreaterThan(0);
    } finally {
      await model.close();
    }
  });
});

it("guesses hidden tokens, in training, validation and evaluation, and continues no text", async () => {
  const { tiny } = presets;
  const masking = { mask_id: 0, ignore_ids: [256], mask_prob: 0.3, random_token_prob: 0.1 };
  const training = { ...tiny!.training, context: 16, steps: 20, batch_size: 8, masking };
  const attention_types = [[["global", "local", "linear"], 1]];
  const own = { model_type: "gpt_neo_mesh", attention_types, num_layers: 3 };
  const model = { ...tiny, ...own, original: { causal: false } };
  writeFileSync(at("mlm.json"), JSON.stringify({ ...model, training }));
  const out = at("mlm");
  const where = ["--mesh", "data:2", "--runtime", "simulator", "--eval-every", "20"];
  const command = ["train", "--data", at("text.txt"), "--out", out, "--json"];
  resultOf(await callHere(...command, "--config", at("mlm.json"), ...where));
  const log = logOf(out).map((entry) => entry as { loss: number; validationLoss?: number });
  expect(log.at(-1)!.loss).toBeLessThan(log[0]!.loss - 0.5);
  expect(log.at(-1)!.validationLoss).toBeLessThan(log[0]!.loss);
  const refused = await callHere("generate", "--model", out, "--prompt", "one");
  expect(refused.stderr).toContain("the model's tokens see what comes after them too");

  writeFileSync(at("unmasked.json"), JSON.stringify({ ...model, training: tiny!.training }));
  const other = ["train", "--config", at("unmasked.json"), "--data", at("text.txt")];
  const { stderr } = await callHere(...other, "--out", at("unmasked"), ...where);
  expect(stderr).toContain("a model whose tokens see each other has nothing to predict");
});

it("makes layers of a preset mixtures of experts", async () => {
  const out = at("experts");
  const args = ["train", "--config", "tiny", "--moe-layers", "1", "--experts", "4", "--steps", "2"];
  const where = ["--mesh", "expert:2", "--layout", "batch:expert,experts:expert"];
  const rest = ["--data", at("text.txt"), "--context", "16", "--out", out, "--json"];
  resultOf(await callHere(...args, ...where, "--runtime", "simulator", ...rest));
  expect(JSON.parse(readFileSync(join(out, "config.json"), "utf8")).original.moe).toMatchObject({
    layers: [1],
    num_experts: 4,
    hidden_size: 128,
  });
  expect(logOf(out)[0]).toHaveProperty("auxiliary");
});
