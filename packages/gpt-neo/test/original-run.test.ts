import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parameterNames } from "../src/models/index.ts";
import { optimizerStateOf } from "../src/train/optimizer-state.ts";
import { loadWeights } from "../src/weights/index.ts";
import type { Case } from "./hugging-face/layouts.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture, readJson } from "./support/expected.ts";
import { logOf, someText } from "./support/runs.ts";
import { type GivenBatch, type Ran, trainOn } from "./support/train-on.ts";

// A run of the original GPT-Neo, from any of its checkpoints on.

const folder = temporaryFolder();
const models = fixture("original-training/e2e");
const ckpt = (step: number) => join(models, `model.ckpt-${step}`);

interface Run {
  /** With what z_loss adds to it. */
  readonly loss: readonly number[];
  readonly lr: readonly number[];
  readonly batches: readonly { readonly x: number[][]; readonly y: number[][] }[];
}
const run = await readJson<Run>("original-training/e2e/steps.json");

async function goOn(from: number, to: number, at: Case): Promise<Ran> {
  const weights = await loadWeights(ckpt(from));
  const batches = run.batches
    .slice(from, to)
    .map(({ x, y }): GivenBatch => ({ tokens: x.flat(), labels: y.flat() }));
  const origin = { kind: "optimizer", weights, optimizer: optimizerStateOf(weights) } as const;
  const ran = await trainOn(folder, weights.config, origin, batches, {
    ...at,
    backend: "reference",
  });
  await weights.close();
  return ran;
}

/** The largest difference to a checkpoint, of weights and of both moments. */
async function distance({ state }: Ran, step: number): Promise<number> {
  const weights = await loadWeights(ckpt(step));
  const { first, second } = weights.moments!;
  let worst = 0;
  for (const { path, name } of parameterNames(weights.config)) {
    for (const [part, tensors] of [
      ["params", weights],
      ["mean", first],
      ["variance", second],
    ] as const) {
      const wanted = await tensors.read(name, { as: "float64" });
      const found = state.get(`${part}/${path}`)!;
      expect(found).toHaveLength(wanted.length);
      wanted.forEach((x, i) => {
        worst = Math.max(worst, Math.abs(x - found[i]!));
      });
    }
  }
  expect(state.get("step")).toEqual(Int32Array.of(weights.step!));
  await weights.close();
  return worst;
}

/**
 * One rounding of a number between 2 and 4, as some are. A replay of the original's own code ends 2.2e-7
 * from the run it replays, where the sums of plain arrays happen to round a little otherwise.
 */
const bound = 2 ** -22;

describe("a run of the original", () => {
  const layouts: readonly Case[] = [
    { mesh: "data:1", layout: "" },
    { mesh: "data:2", layout: "batch:data" },
    { mesh: "data:2,model:2", layout: "batch:data,heads:model,vocab:model", storage: "embd:data" },
    { mesh: "model:3", layout: "ff:model,vocab:model,kv:model" },
  ];
  it.each(layouts)("ends where it did, from step 3 on: %j", async (at) => {
    const ran = await goOn(3, 6, at);
    expect(ran.entries.map(({ step }) => step)).toEqual([4, 5, 6]);
    expect(await distance(ran, 6)).toBeLessThanOrEqual(bound);
    for (const { step, loss, zLoss, learningRate } of ran.entries) {
      // A loss is a mean of sums of 158 terms.
      const wanted = run.loss[step - 1]!;
      expect(Math.abs(loss + zLoss! - wanted)).toBeLessThan(158 * 2 ** -24 * wanted);
      expect(Math.abs(learningRate - run.lr[step - 1]!)).toBeLessThan(8 * 2 ** -24 * 0.01);
    }
  });

  it.each(layouts.slice(0, 2))("is the same from its beginning: %j", async (at) => {
    expect(await distance(await goOn(0, 3, at), 3)).toBeLessThanOrEqual(bound);
    expect(await distance(await goOn(0, 6, at), 6)).toBeLessThanOrEqual(bound);
  });

  it("does not go on without its moments", async () => {
    const weights = await loadWeights(ckpt(3));
    const { mean } = { mean: optimizerStateOf(weights).mean };
    const fresh = { read: async (name: string) => (await mean.read(name)).fill(0) };
    const zeros = { tensors: mean.tensors, ...fresh } as typeof mean;
    const { x, y } = run.batches[3]!;
    const batches = [{ tokens: x.flat(), labels: y.flat() }];
    const optimizer = { mean: zeros, variance: zeros, step: 3 };
    const origin = { kind: "optimizer", weights, optimizer } as const;
    const ran = await trainOn(folder, weights.config, origin, batches, layouts[0]!);
    const went = await goOn(3, 4, layouts[0]!);
    const most = Math.max(
      ...Array.from(went.state.get("params/wte")!, (w, i) =>
        Math.abs(w - ran.state.get("params/wte")![i]!),
      ),
    );
    expect(most).toBeGreaterThan(1000 * bound);
    await weights.close();
  });
});

const data = join(folder, "ids.jsonl");
const ids = Array.from(someText(800), (letter) => letter.charCodeAt(0) % 150);
writeFileSync(data, `${JSON.stringify({ input_ids: ids })}\n`);
const options = ["--data", data, "--runtime", "simulator"];
const output = (name: string) => ["--out", join(folder, name), ...options];

async function errorOf(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await callHere("train", ...args);
  expect(code).not.toBe(0);
  return stderr
    .slice(stderr.indexOf("gpt-neo:"))
    .replaceAll(models, "MODELS")
    .replaceAll(folder, "FOLDER");
}

describe("train --with-optimizer", () => {
  it("takes up the moments, the step and the learning rate, and says so", async () => {
    const args = ["--model", ckpt(3), "--with-optimizer", ...output("on"), "--json"];
    const called = await callHere("train", ...args);
    expect(resultOf(called)).toMatchObject({ step: 6, finished: true });
    expect(called.stderr).toContain("going on from step 3, with data from their beginning\n");
    const log = logOf(join(folder, "on"));
    expect(log.map(({ step }) => step)).toEqual([4, 5, 6]);
    for (const [i, { learningRate, zLoss }] of log.entries()) {
      expect(learningRate).toBeCloseTo(run.lr[3 + i]!, 8);
      expect(zLoss).toBeGreaterThan(0);
    }
    // The run's own checkpoints come first: the same command goes on with them.
    const again = await callHere("train", ...args, "--resume", "--steps", "8");
    expect(again.stderr).toContain(`going on from step 6 of ${join(folder, "on")}\n`);
    expect(logOf(join(folder, "on")).map(({ step }) => step)).toEqual([4, 5, 6, 7, 8]);
  });

  it("is not what --model does by itself", async () => {
    await callHere("train", "--model", ckpt(3), ...output("fresh"), "--steps", "2");
    const [first] = logOf(join(folder, "fresh"));
    // The original's config warms up from 0.
    expect(first).toMatchObject({ step: 1, learningRate: 0 });
  });

  it("goes without a config beside the checkpoint, if one is given", async () => {
    const bare = join(folder, "bare");
    mkdirSync(bare);
    for (const name of readdirSync(models).filter((name) => /ckpt-3|^checkpoint$/.test(name))) {
      copyFileSync(join(models, name), join(bare, name));
    }
    const args = ["--model", join(bare, "model.ckpt-3"), "--with-optimizer"];
    expect(await errorOf(...args, ...output("bare-run"))).toContain("try         --config FILE");
    const config = ["--config", join(models, "model.json")];
    const called = await callHere("train", ...args, ...config, ...output("bare-run"), "--json");
    expect(resultOf(called)).toMatchObject({ step: 6 });
    rmSync(bare, { recursive: true });
  });

  it("has errors that say what is missing", async () => {
    const done = ["--model", ckpt(6), "--with-optimizer"];
    expect(await errorOf(...done, ...output("none"))).toMatchInlineSnapshot(`
      "gpt-neo: [bad-argument] MODELS/model.ckpt-6.index is at step 6, and the run has 6 in all.
        try  --steps 1006
      "
    `);
    const converted = join(folder, "converted");
    const { stderr } = await callHere("convert", "--from", ckpt(3), "--to", converted);
    expect(stderr.split("\n").filter((line) => line.startsWith("left out"))).toEqual([
      "left out: */adam_m and */adam_v: Adam's moments, which training with --with-optimizer goes on with from the checkpoint itself",
    ]);
    const plain = ["--model", converted, "--with-optimizer"];
    expect(await errorOf(...plain, ...output("none"))).toMatchInlineSnapshot(`
      "gpt-neo: [bad-argument] FOLDER/converted/model.safetensors holds no state of Adam's to go on with.
        format      safetensors
        looked for  a tensor …/adam_m and one …/adam_v for each weight
        try         no --with-optimizer, to begin at step 0 with fresh state
      "
    `);
    // What a run of ours has of it is taken up otherwise.
    await callHere(
      "train",
      "--config",
      "tiny",
      ...output("ours"),
      "--steps",
      "1",
      "--mesh",
      "data:1",
    );
    const ours = ["--model", join(folder, "ours"), "--with-optimizer"];
    expect(await errorOf(...ours, ...output("none"))).toContain(
      "try         --resume --out FOLDER/ours",
    );
    expect(readdirSync(folder)).not.toContain("none");
  });

  it("names what a checkpoint lacks of the optimizer's state", async () => {
    const weights = await loadWeights(ckpt(3));
    const { first, second } = weights.moments!;
    const tensors = new Map(first.tensors);
    tensors.delete("transformer.wte.weight");
    tensors.set("transformer.wpe.weight", first.tensors.get("transformer.ln_f.weight")!);
    const broken = {
      ...weights,
      file: basename(weights.file),
      moments: { first: { ...first, tensors }, second },
      step: undefined,
    };
    expect(() => optimizerStateOf(broken)).toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [bad-checkpoint] model.ckpt-3.index has not all of the optimizer's state.
        transformer.wte.weight  has no adam_m
        transformer.wpe.weight  has an adam_m of [16], not [16, 16]
        global_step             is missing, or no single number]
    `);
    expect(() => optimizerStateOf({ ...weights, step: 2.5 })).toThrow(/global_step +is 2.5/);
    const slot = ["gpt2/wte_slot_vr", "a slot of Adafactor"] as const;
    const other = { ...weights, moments: undefined, ignored: [slot] };
    expect(() => optimizerStateOf(other)).toThrow(/found +gpt2\/wte_slot_vr: a slot of Adafactor/);
    await weights.close();
  });
});
