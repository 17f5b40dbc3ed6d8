import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineMesh, ledger, memoryPlan } from "mtf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseOriginalConfig } from "../src/config/original.ts";
import { generateAll } from "../src/generate/all.ts";
import { loadModel } from "../src/loaded-model.ts";
import { dimsOf, parameterNames } from "../src/models/index.ts";
import { layoutOf } from "../src/session.ts";
import { lowerStep } from "../src/train/lower-step.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture, readJson } from "./support/expected.ts";
import { logOf, someText } from "./support/runs.ts";

// A config of the original GPT-Neo trains as it is, mesh and layout strings included.

const folder = temporaryFolder();
const data = join(folder, "text.txt");
writeFileSync(data, someText(6000));

const config = join(folder, "gpt3_tiny_Pile.json");
writeFileSync(
  config,
  JSON.stringify({
    n_head: 4,
    n_vocab: 260,
    embed_dropout: 0,
    lr: 0.001,
    lr_decay: "cosine",
    warmup_steps: 2,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    opt_name: "adam",
    weight_decay: 0.1,
    train_batch_size: 8,
    attn_dropout: 0,
    train_steps: 3,
    eval_steps: 0,
    predict_steps: 1,
    res_dropout: 0,
    eval_batch_size: 8,
    predict_batch_size: 1,
    iterations: 500,
    n_embd: 32,
    datasets: [["pile", 25, "documents_random", 1.0]],
    model: "GPT",
    model_path: "gs://models/tiny",
    n_ctx: 16,
    n_layer: 2,
    scale_by_depth: true,
    scale_by_in: false,
    attention_types: [[["global", "local"], 1]],
    local_attention_radius: 8,
    mesh_shape: "x:2,y:2",
    layout: "batch:x,heads:y,vocab:y,intermediate_expanded:y",
    activation_function: "gelu",
    recompute_grad: true,
    gradient_clipping: 1.0,
    tokens_per_mb_per_replica: 32,
    precision: "bfloat16",
  }),
);
const options = ["--data", data, "--tokenizer", "bytes", "--runtime", "simulator"];

it("trains as its config says, and what has no place here is told line by line", async () => {
  const out = join(folder, "run");
  const called = await callHere("train", "--config", config, "--out", out, ...options, "--json");
  expect(resultOf(called)).toMatchObject({ step: 3, finished: true });
  expect(called.stderr).toContain("mesh x:2,y:2 (4 devices");
  expect(called.stderr).toContain("batch -> x, heads -> y, vocab -> y, ff -> y");
  const notes = called.stderr.split("\n").filter((line) => line.startsWith("config: "));
  expect(notes.join("\n")).toMatchInlineSnapshot(`
    "config: eval_steps: turned evaluation off; here eval_every says
    config: predict_steps: the original's sampling at checkpoints has no counterpart: use generate
    config: eval_batch_size: evaluation uses the training batch's size, as the original did in fact
    config: predict_batch_size: the original's sampling at checkpoints has no counterpart: use generate
    config: iterations: steps a TPU made at a time, which has no counterpart
    config: model_path: is a place on the machines it was trained on
    config: activation_function: was never read; the original computed gelu in its tanh form, which gelu_new is
    config: precision: rounded weights and activations to 8 bits; here they are float32, and agree as far
    config: datasets: stitch and datatype chose parts of documents; here all of them are read
    config: datasets.pile: has no dataset_configs/pile.json beside the config or in ./configs: give the files as --data
    config: vocab_size 260 -> 257, the tokenizer's"
  `);
  expect(logOf(out)).toHaveLength(3);
});

it("the command line's mesh goes over the config's", async () => {
  const out = join(folder, "other");
  const mesh = ["--mesh", "x:1,y:2", "--layout", "batch:x,n_vocab:y"];
  const { code, stderr } = await callHere(
    ...["train", "--config", config, "--out", out, ...mesh, ...options],
  );
  expect(code).toBe(0);
  expect(stderr).toContain("batch -> x, vocab -> y");
});

describe("gpt3_PAR_small_256, most of whose layers have no attention", async () => {
  const all = await readJson<Record<string, object>>("weights/tensorflow/shipped.json");
  const shipped = all.gpt3_PAR_small_256!;

  it("is planned on the 256 devices that it was for", () => {
    const { config, notes } = parseOriginalConfig(shipped);
    expect(notes.map(([key]) => key)).toContain("attention_types");
    const { batch_size, grad_accumulation, context, mesh, layout } = config.training;
    const dims = dimsOf(config, batch_size / grad_accumulation, context);
    const placed = layoutOf({ layout: layout! }, defineMesh(mesh!), dims);
    const { program } = lowerStep(config, dims, placed);
    expect(ledger(program).bytes).toBeGreaterThan(0);
    // Parameters and both of Adam's means, in float32: 19 feed-forward layers, 5 of attention.
    const width = 768;
    const matrices = 19 * 8 * width ** 2 + 5 * 4 * width ** 2 + (50304 + 2048) * width;
    const elements = parameterNames(config).map(({ shape }) => shape.reduce((n, d) => n * d, 1));
    const total = elements.reduce((n, size) => n + size, 0);
    expect(total / matrices).toBeGreaterThan(1);
    expect(total / matrices).toBeLessThan(1.001);
    // All but positions and what is small is split over the four devices of y, at the least.
    expect(memoryPlan(program).inputBytes).toBeLessThan(12 * (total / 2));
  });

  it("trains when it is narrow, on the same axes, and its model is read and continued", async () => {
    const narrow = { n_embd: 24, n_head: 4, n_vocab: 260, n_ctx: 16, train_batch_size: 8 };
    const steps = { train_steps: 3, warmup_steps: 1, lr: 0.01, mesh_shape: "x:2,y:2" };
    const file = join(folder, "par.json");
    writeFileSync(file, JSON.stringify({ ...shipped, ...narrow, ...steps }));
    const out = join(folder, "par");
    resultOf(await callHere("train", "--config", file, "--out", out, ...options, "--json"));
    const losses = logOf(out).map(({ loss }) => loss as number);
    expect(losses).toHaveLength(3);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const model = await loadModel(out, { mesh: "y:2", runtime: "simulator" });
    try {
      expect(model.config).toMatchObject({ model_type: "gpt_neo_mesh", num_layers: 19 });
      const texts = await generateAll(model, [[104, 105]], { maxNewTokens: 4 });
      expect(texts[0]![0]!.ids.length).toBeGreaterThan(0);
    } finally {
      await model.close();
    }
  });
});

it("a rule for an axis that the mesh lacks is told and left out, as of the released 1.3B", async () => {
  const released = join(folder, "released.json");
  const layout = "intermediate_expanded:x,heads:x,vocab:n_vocab,memory_length:y,embd:y";
  const keys = JSON.parse(readFileSync(config, "utf8"));
  writeFileSync(released, JSON.stringify({ ...keys, layout }));
  const out = join(folder, "released");
  const called = await callHere(
    ...["train", "--config", released, "--out", out, "--steps", "1", ...options, "--json"],
  );
  expect(resultOf(called)).toMatchObject({ step: 1 });
  expect(called.stderr).toContain(
    "config: layout: vocab:n_vocab names no axis of mesh_shape x:2,y:2: left out, as the original did",
  );
  expect(called.stderr).toContain("ff -> x, heads -> x, memory_length -> y, embd -> y");
  // One of ours is refused, and so is one on the command line.
  const ours = ["--out", join(folder, "ours"), "--mesh", "x:2,y:2", "--layout", layout];
  const refused = await callHere("train", "--config", config, ...ours, ...options);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("n_vocab")]);
});

describe("a run of the original's", () => {
  const before = process.cwd();
  beforeAll(() => process.chdir(fixture("original")));
  afterAll(() => process.chdir(before));

  it("trains and validates on its records where it was started", async () => {
    const out = join(folder, "theirs");
    const called = await callHere(
      ...["train", "--config", "configs/tiny.json", "--out", out, "--json"],
      ...["--runtime", "simulator", "--mesh", "all:1"],
    );
    expect(resultOf(called)).toMatchObject({ step: 6, validationLoss: expect.any(Number) });
    const index = join(out, "checkpoints", "step-6", "checkpoint.json");
    expect(JSON.parse(readFileSync(index, "utf8")).metadata.settings).toMatchObject({
      data: [fixture("original/neo-e2e/tfrecords/tiny_*.tfrecords")],
      data_tokens: 21 * 17,
      validation_data: [fixture("original/neo-e2e/tfrecords/evalset_*.tfrecords")],
      validation_tokens: 4 * 17,
      tokenizer: fixture("original/tok/byte-level-bpe.tokenizer.json"),
      eos_token_id: 0,
    });
    const said = await callHere(
      ...["generate", "--model", out, "--prompt", "green", "--max-new-tokens", "2"],
      ...["--mesh", "data:1", "--runtime", "simulator", "--json"],
    );
    expect(resultOf<{ text: string }>(said).text).toMatch(/^ ?green/);
  });
});
