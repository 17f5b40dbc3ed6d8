import { afterAll, describe, expect, it } from "vitest";
import { type Config, withTraining } from "../src/config/index.ts";
import { parseOriginalConfig } from "../src/config/original.ts";
import { parameterNames } from "../src/models/index.ts";
import { learningRate } from "../src/train/learning-rate.ts";
import type { StepEntry } from "../src/train/training.ts";
import { loadWeights, type Weights } from "../src/weights/index.ts";
import { agreement } from "./support/agree.ts";
import { temporaryFolder } from "./support/cli.ts";
import { disagreement, fixture, readJson, readTensors } from "./support/expected.ts";
import { type GivenBatch, type Ran, trainOn } from "./support/train-on.ts";

// The original GPT-Neo's steps with Adam and with Adafactor, from its own configs, checkpoints and batches.

interface Layout {
  readonly mesh: string;
  readonly layout: string;
}

interface Step {
  /** With what z_loss adds to it. */
  readonly loss: number;
  readonly lr: number;
  readonly gradient_norm: number;
}

interface Case {
  readonly config: Config;
  readonly init: Weights;
  readonly final?: Weights | undefined;
  readonly steps: readonly Step[];
  readonly batch: GivenBatch;
}

const folder = temporaryFolder();
const opened: Weights[] = [];
afterAll(() => Promise.all(opened.map((weights) => weights.close())));
const agree = agreement("GPT-Neo's own steps");
const one = { mesh: "data:1", layout: "" };

/** Layouts under which sums are taken in other orders. */
const orders: readonly Layout[] = [
  one,
  { mesh: "data:2", layout: "vocab:data,ff:data,heads:data" },
  { mesh: "data:2", layout: "length:data,memory_length:data" },
  { mesh: "data:2,model:2", layout: "embd:data,ff:model,heads:model,experts:model" },
];

/** A case, with the weights after its last step, if all of them were kept. */
async function open(name: string, kept: "all" | "some" = "all"): Promise<Case> {
  const at = `original-training/${name}`;
  const load = async (file: string): Promise<Weights> => {
    const weights = await loadWeights(fixture(`${at}/${file}.safetensors`));
    opened.push(weights);
    return weights;
  };
  const init = await load("init");
  const final = kept === "all" ? await load("final") : undefined;
  const steps = await readJson<readonly Step[]>(`${at}/steps.json`);
  const batch = await readTensors(`${at}/batch.safetensors`);
  const [tokens, labels] = [batch.get("inputs")!, batch.get("labels")!];
  return { config: init.config, init, final, steps, batch: { tokens, labels } };
}

/** A case's steps, with another config maybe, or under another layout. */
function take(
  { config, init, steps, batch }: Case,
  backend: "wasm" | "reference",
  own = config,
  at: Layout = one,
) {
  const batches = steps.map(() => batch);
  return trainOn(folder, own, { kind: "weights", weights: init }, batches, { ...at, backend });
}

/**
 * A case's steps in float32, in several orders of summing. Where a gradient is as small as its own
 * rounding, Adam divides it by its size all the same, so that the first step goes one way or another
 * and all that follows with it: one order alone does not tell how far float32 may go then.
 */
async function inOrders(of: Case): Promise<readonly Map<string, readonly number[]>[]> {
  const runs = [];
  for (const at of orders) runs.push(numbersOf(await take(of, "wasm", of.config, at)));
  return runs;
}

/** A run's numbers by what they are: losses and norms of all steps, and what is kept after them. */
function numbersOf({ entries, state }: Ran): Map<string, readonly number[]> {
  const of = (what: (entry: StepEntry) => number) => entries.map(what);
  return new Map([
    ["loss", of(({ loss, zLoss = 0, auxiliary = 0 }) => loss + zLoss + auxiliary)],
    ["gradient norm", of(({ gradientNorm }) => gradientNorm)],
    ...[...state].map(([path, numbers]) => [path, Array.from(numbers)] as const),
  ]);
}

async function wantedOf({ config, final, steps }: Case): Promise<Map<string, readonly number[]>> {
  const wanted = new Map<string, readonly number[]>([
    ["loss", steps.map(({ loss }) => loss)],
    ["gradient norm", steps.map((step) => step.gradient_norm)],
  ]);
  const kept = { params: final, mean: final?.moments?.first, variance: final?.moments?.second };
  for (const [part, tensors] of Object.entries(kept)) {
    for (const { path, name } of tensors ? parameterNames(config) : []) {
      wanted.set(`${part}/${path}`, [...(await tensors!.read(name, { as: "float64" }))]);
    }
  }
  return wanted;
}

/**
 * How far a run is from the original, as parts of what is allowed: what float32 alone does to these
 * steps, ten times, as far as our own in float32 are from those in float64, the farthest of several.
 */
function compare(
  run: Map<string, readonly number[]>,
  wanted: Map<string, readonly number[]>,
  float32: Map<string, readonly number[]> | readonly Map<string, readonly number[]>[],
  float64: Map<string, readonly number[]>,
): Map<string, number> {
  const runs = [float32].flat();
  const found = new Map<string, number>();
  for (const [path, numbers] of wanted) {
    const fine = float64.get(path)!;
    const far = runs.map((rough) => rough.get(path)!.map((x, i) => Math.abs(x - fine[i]!)));
    const max_abs_diff_f32_f64 = Math.max(...far.flat());
    const max_abs = Math.max(...fine.map(Math.abs));
    const expected = { numbers, tolerance: { max_abs_diff_f32_f64, max_abs } };
    found.set(path, disagreement(run.get(path)!, expected));
  }
  return found;
}

describe("the original's steps", () => {
  it.each([
    "constant_no_warmup_no_wd",
    "cosine",
    "linear_decay_end",
    "clip_large",
    "clip_small",
    "microbatch",
    "rezero",
  ])("%s", async (name) => {
    const of = await open(name);
    const wanted = await wantedOf(of);
    const float32 = numbersOf(await take(of, "wasm"));
    const float64 = numbersOf(await take(of, "reference"));
    agree(`${name}, wasm`, compare(float32, wanted, float32, float64));
    agree(`${name}, reference`, compare(float64, wanted, float32, float64));
    if (name === "cosine") expect(wanted.has("variance/wte")).toBe(true);
  });

  it("moe", async () => {
    const of = await open("moe");
    const wanted = await wantedOf(of);
    const float32 = await inOrders(of);
    const float64 = numbersOf(await take(of, "reference"));
    agree("moe, wasm", compare(float32[0]!, wanted, float32, float64));
    agree("moe, reference", compare(float64, wanted, float32, float64));
  });

  it("moe_microbatch, which took the mean of what experts add over a batch's parts twice", async () => {
    const of = await open("moe_microbatch");
    expect(of.config.training.grad_accumulation).toBe(4);
    expect(of.config.original.moe!.loss_coef).toBe(0.01 / 4);
    const wanted = await wantedOf(of);
    const float32 = await inOrders(of);
    const float64 = numbersOf(await take(of, "reference"));
    agree("moe_microbatch, wasm", compare(float32[0]!, wanted, float32, float64));
    agree("moe_microbatch, reference", compare(float64, wanted, float32, float64));
    const { original } = of.config;
    const whole = {
      ...of.config,
      original: { ...original, moe: { ...original.moe!, loss_coef: 0.01 } },
    };
    const other = compare(numbersOf(await take(of, "wasm", whole)), wanted, float32, float64);
    expect(Math.max(...other.values())).toBeGreaterThan(10);
  });

  // At a constant rate, whatever schedule it logged.
  it.each(["adafactor_default", "adafactor_decay_rate"])("%s", async (name) => {
    const of = await open(name);
    expect(of.config.training.optimizer).toBe("adafactor");
    const wanted = await wantedOf(of);
    const float32 = numbersOf(await take(of, "wasm"));
    const float64 = numbersOf(await take(of, "reference"));
    agree(`${name}, wasm`, compare(float32, wanted, float32, float64));
    agree(`${name}, reference`, compare(float64, wanted, float32, float64));
  });

  it("adafactor_factored, whose means are of rows and columns", async () => {
    // Of its large weights two were kept, and all means.
    const of = await open("adafactor_factored", "some");
    const final = await readTensors("original-training/adafactor_factored/final.safetensors");
    const wanted = await wantedOf(of);
    for (const [path, name] of [
      ["params/wte", "gpt2/wte"],
      ["squares/wte/rows", "gpt2/wte_slot_vr"],
      ["squares/wte/columns", "gpt2/wte_slot_vc"],
      ["squares/wpe/whole", "gpt2/wpe_slot_v"],
      ["squares/h/0/attn/q/rows", "gpt2/h0/attn/q_slot_vr"],
      ["squares/h/0/attn/q/columns", "gpt2/h0/attn/q_slot_vc"],
      ["squares/h/0/mlp/down/rows", "gpt2/h0/mlp/conv1d_main/c_proj/kernel_slot_vr"],
    ] as const) {
      wanted.set(path, [...final.get(name)!]);
    }
    // It had inputs in rows, and Hugging Face's files have them in columns.
    const [q, width] = [final.get("gpt2/h0/attn/q")!, of.config.hidden_size];
    const transposed = q.map((_, i) => q[(i % width) * width + Math.floor(i / width)]!);
    wanted.set("params/h/0/attn/q", [...transposed]);
    const float32 = numbersOf(await take(of, "wasm"));
    const float64 = numbersOf(await take(of, "reference"));
    agree("adafactor_factored, wasm", compare(float32, wanted, float32, float64));
    agree("adafactor_factored, reference", compare(float64, wanted, float32, float64));
  });

  it("would be others if one of its rules were", async () => {
    const of = await open("cosine");
    const wanted = await wantedOf(of);
    const float32 = numbersOf(await take(of, "wasm"));
    const float64 = numbersOf(await take(of, "reference"));
    for (const change of [
      { bias_correction: true },
      { decay_final_norm: false },
      { z_loss: 0 },
      { decay_steps: 11 },
      { clip_norm: 1.001 },
    ]) {
      const other = numbersOf(await take(of, "wasm", withTraining(of.config, change)));
      const worst = Math.max(...compare(other, wanted, float32, float64).values());
      expect(worst, JSON.stringify(change)).toBeGreaterThan(10);
    }
  });

  it("in bfloat16 are ours as far as that type goes", async () => {
    const of = await open("bfloat16");
    const { entries } = await take(of, "wasm");
    for (const [i, { loss, zLoss = 0 }] of entries.entries()) {
      // It rounded weights to 8 bits after each step, and the loss was computed with 8 bits.
      const bound = (i + 1) * 2 ** -8 * of.steps[i]!.loss;
      expect(Math.abs(loss + zLoss - of.steps[i]!.loss)).toBeLessThan(bound);
    }
  });
});

/** They were computed in float32: as many operations, each of which rounds the rate or a factor. */
const roundings = 8 * 2 ** -24;

describe("the original's learning rates", () => {
  it("are those of the cases", async () => {
    for (const name of ["cosine", "linear_decay_end", "clip_large", "bfloat16"]) {
      const { config, steps } = await open(name);
      const rate = learningRate(config);
      for (const [step, { lr }] of steps.entries()) {
        expect(Math.abs(rate(step) - lr)).toBeLessThan(roundings * config.training.learning_rate);
      }
    }
  });

  it("are those of its tables, beyond the last step too", async () => {
    interface Table {
      readonly config: Readonly<Record<string, unknown>>;
      readonly steps: readonly number[];
      readonly lr: readonly number[];
    }
    const model = { n_embd: 16, n_head: 2, n_layer: 1, n_vocab: 40, n_ctx: 16 };
    const rest = { ...model, attention_types: [[["global"], 1]], opt_name: "adam" };
    const tables = await readJson<readonly Table[]>("original-training/lr_tables.json");
    expect(tables).toHaveLength(6);
    for (const { config: keys, steps, lr } of tables) {
      const { config } = parseOriginalConfig({ ...rest, ...keys });
      const rate = learningRate(config);
      for (const [i, step] of steps.entries()) {
        const bound = roundings * config.training.learning_rate;
        expect(Math.abs(rate(step) - lr[i]!), JSON.stringify(keys)).toBeLessThan(bound);
      }
    }
  });
});
