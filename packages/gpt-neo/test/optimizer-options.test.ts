import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCheckpoint } from "mtf/checkpoint";
import { expect, it } from "vitest";
import { parseConfig, presets, scheduleNames } from "../src/config/index.ts";
import { learningRate } from "../src/train/learning-rate.ts";
import { loadWeights } from "../src/weights/index.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { logOf, someText } from "./support/runs.ts";

// What training can be told of its steps beside the optimizer: averages, masks, clipping, schedules.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
writeFileSync(at("text.txt"), someText(3000));
const command = ["train", "--config", "tiny", "--data", at("text.txt"), "--context", "16"];

async function trained(out: string, set: readonly string[], ...more: string[]) {
  const args = ["--lr", "0.01", "--batch-size", "4", "--steps", "3", "--out", at(out), "--json"];
  const plain = ["--mesh", "data:1", "--runtime", "simulator"];
  const where = more.length > 0 ? more : plain;
  const set_ = ["--set", "warmup_steps=1", ...set];
  resultOf(await callHere(...command, ...args, ...set_, ...where));
  const checkpoint = await openCheckpoint(at(`${out}/checkpoints/step-3`));
  const read = async (path: string) => checkpoint.read(path) as Promise<ArrayLike<number>>;
  const tensors = new Map<string, number[]>();
  for (const name of checkpoint.names) tensors.set(name, Array.from(await read(name)));
  await checkpoint.close();
  return { tensors, losses: logOf(at(out)).map(({ loss }) => loss as number) };
}

it("keeps an average of weights, which is the model, on any mesh", async () => {
  const one = await trained("ema", ["ema=0.5", "seed=3"]);
  const split = ["--mesh", "data:2,model:2", "--storage", "embd:data", "--runtime", "simulator"];
  const mesh = await trained("ema-split", ["ema=0.5", "seed=3"], ...split);
  const weights = await loadWeights(at("ema"));
  const saved = await weights.read("transformer.wte.weight", { as: "float64" });
  await weights.close();
  expect([...saved]).toEqual(one.tensors.get("average/wte"));
  expect([...saved]).not.toEqual(one.tensors.get("params/wte"));
  for (const [i, x] of one.tensors.get("average/h/1/attn/q")!.entries()) {
    expect(mesh.tensors.get("average/h/1/attn/q")![i]).toBeCloseTo(x, 5);
  }
});

it("leaves what is masked as it was, and decays less", async () => {
  const frozen = await trained("frozen", ['rates=[["^wte$",0],["/mlp/",0.5]]']);
  const begin = await trained("begin", ['rates=[[".",0]]']);
  expect(frozen.tensors.get("params/wte")).toEqual(begin.tensors.get("params/wte"));
  expect(frozen.tensors.get("params/wpe")).not.toEqual(begin.tensors.get("params/wpe"));
  const all = await trained("decay", ["weight_decay=0.5"]);
  const masked = await trained("no-decay", ["weight_decay=0.5", 'no_decay=["wte|wpe"]']);
  const size = (run: typeof all, path: string) => Math.hypot(...run.tensors.get(`params/${path}`)!);
  expect(size(masked, "wte")).toBeGreaterThan(size(all, "wte"));
  expect(size(masked, "h/0/mlp/up")).toBeCloseTo(size(all, "h/0/mlp/up"), 1);
});

it("clips gradients by value, and by the norms of weights", async () => {
  const sgd = ["optimizer=adagrad", "clip_norm=null"];
  const free = await trained("free", sgd);
  for (const clip of ["clip_value=1e-4", "clip_adaptive=1e-3"]) {
    const held = await trained(clip.replace("=", "-"), [...sgd, clip]);
    const norm = logOf(at(clip.replace("=", "-")))[0]!.gradientNorm as number;
    expect(norm).toBeLessThan((logOf(at("free"))[0]!.gradientNorm as number) / 2);
    expect(held.losses[0]).toBeCloseTo(free.losses[0]!, 6);
  }
});

it("has schedules that are highest at the learning rate", () => {
  for (const schedule of scheduleNames) {
    const config = parseConfig({
      ...presets.tiny,
      training: { schedule, learning_rate: 0.25, warmup_steps: 10, steps: 100, decay_to: 0.1 },
    });
    const rates = Array.from({ length: 101 }, (_, step) => learningRate(config)(step));
    expect(Math.max(...rates), schedule).toBeLessThanOrEqual(0.25 + 1e-12);
    expect(Math.max(...rates), schedule).toBeGreaterThan(0.22);
    if (schedule === "warmup_stable_decay") expect(rates[79]).toBe(0.25);
    if (!/constant|noam|inverse/.test(schedule)) expect(rates[100]).toBeLessThan(0.026);
  }
});
