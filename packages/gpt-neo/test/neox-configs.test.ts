import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineLayout, defineMesh, lower, MtfError } from "mtf";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, readConfig } from "../src/config/index.ts";
import { parseNeox, readNeox } from "../src/config/neox/index.ts";
import { dimsOf, forward, parameterPlaceholders } from "../src/models/index.ts";
import { rowsOf } from "../src/rows.ts";

// What NeoX's own model files ask of a model beside GPT-Neo's parts: of 48, the 40 of which there is one
// here load. The files themselves are not
// here: NEOX_CONFIGS=…/gpt-neox/configs names a folder that has them, and then they are read.

type Asks = Readonly<Record<string, unknown>>;

const rotary: Asks = { pos_emb: "rotary" };
const parallel: Asks = { ...rotary, gpt_j_residual: true };
const llama2: Asks = { ...rotary, norm: "rmsnorm", use_bias_in_norms: false, activation: "swiglu" };
const llama: Asks = { ...llama2, use_bias_in_mlp: false };
const grouped: Asks = { ...llama2, num_kv_heads: 1 };
const recurrent = (kind: string): Asks => ({
  norm: "rmsnorm",
  activation: "silu",
  attention_config: [[[kind], "all"]],
});

const groups: readonly (readonly [files: string, asks: Asks])[] = [
  ["1-3B 1-3B-transformer-engine 125M 125M-json 13B 175B 19M 2-7B 350M 6-7B 760M 800M", rotary],
  ["bf16_125M bnb_125M slurm_125M", rotary],
  ["125M-dmoe", { ...rotary, moe_num_experts: 8 }],
  ["20B 49M finetuning_configs/6-9B", parallel],
  ["pythia/14M pythia/31M pythia/70M pythia/160M pythia/410M pythia/1B pythia/1-4B", parallel],
  ["pythia/2-8B pythia/6-9B pythia/12B", parallel],
  ["llama/7B llama/13B llama/30B llama/65B", llama],
  ["llama2/7B llama2/13B llama2/codellama_7B llemma/7B", llama2],
  ["llama2/70B llama2/codellama_34B llemma/34B", grouped],
  ["mistral/7B", { ...grouped, sliding_window_width: 4096 }],
  ["mamba/mamba-130M mamba/mamba-370M mamba/mamba-790M", recurrent("mamba")],
  ["mamba/mamba-1.4B mamba/mamba-2.8B", recurrent("mamba")],
  ["rwkv/170M", { ...recurrent("rwkv"), gpt_j_residual: true }],
  ["gmlp_small", { pos_emb: "none", attention_config: [[["gmlp"], "all"]] }],
];
const files: readonly (readonly [name: string, asks: Asks])[] = groups.flatMap(([names, asks]) =>
  names.split(" ").map((name) => [name, asks] as const),
);

/** Those of which there is no model: mixtures of experts, state spaces, recurrence. */
const isMissing = (name: string): boolean => /dmoe|^mamba|^rwkv|^gmlp/.test(name);

/** The keys that the model refuses; of one that it does not, a forward pass is planned. */
function refusedIn(config: Config): readonly string[] {
  try {
    const dims = dimsOf(config, 2, 8);
    const layout = defineLayout<string, string>({
      dims: { ...dims },
      mesh: defineMesh({ data: 2, model: 2 }),
      rules: { batch: "data", heads: "model", ff: "model", vocab: "model" },
    });
    const inputs = [parameterPlaceholders(config, dims), rowsOf(dims)] as const;
    lower((p, tokens) => forward(config, dims, p, tokens).logits, { layout, inputs });
  } catch (error) {
    if (!(error instanceof MtfError)) throw error;
    return (error.details.problems as readonly (readonly [string, string])[]).map(([key]) => key);
  }
  return [];
}

it("there are 48 files, and a model of 40", () => {
  expect(new Set(files.map(([name]) => name)).size).toBe(48);
  expect(files.filter(([name]) => !isMissing(name))).toHaveLength(40);
});

const loaded: string[] = [];
afterAll(() => console.log(`NeoX's model files: ${loaded.length} of ${files.length} load`));

it.each(files)("what %s asks for is a model, or refused by name", (name, asks) => {
  const sizes = "num_layers: 2\nhidden_size: 64\nnum_attention_heads: 4\n";
  const lines = Object.entries(asks).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const text = `${sizes}max_position_embeddings: 128\n${lines.join("\n")}\n`;
  const { config } = parseNeox(readNeox(text, "a.yml"), "a.yml");
  const refused = refusedIn(config);
  if (!isMissing(name)) {
    expect(refused).toEqual([]);
    loaded.push(name);
  } else expect(refused.length).toBeGreaterThan(0);
});

const folder = process.env.NEOX_CONFIGS;

describe.skipIf(folder === undefined)("NeoX's own model files", () => {
  it("are these, and others describe no model", async () => {
    const names = readdirSync(folder!, { recursive: true, encoding: "utf8" });
    for (const name of names.filter((n) => n.endsWith(".yml"))) {
      if (files.some(([known]) => name === `${known}.yml`)) continue;
      await expect(readConfig(join(folder!, name)), name).rejects.toThrow(/num_layers +is missing/);
    }
  });

  it("load and are planned, or are refused by name", async () => {
    const whole: string[] = [];
    for (const [name] of files) {
      const { config, format } = await readConfig(join(folder!, `${name}.yml`));
      expect(format).toBe("neox");
      if (refusedIn(config).length === 0) whole.push(name);
    }
    console.log(`NeoX's own model files: ${whole.length} of ${files.length} load`);
    expect(whole).toEqual(files.map(([name]) => name).filter((name) => !isMissing(name)));
  });
});
