import { expect, it } from "vitest";
import { trainingKeys } from "./config/index.ts";
import { isCountedOtherwise, meantBy } from "./meant-by.ts";

it.each([
  ["lr", "learning_rate"],
  ["LR", "learning_rate"],
  ["bs", "batch_size"],
  ["batch", "batch_size"],
  ["wd", "weight_decay"],
  ["warmup", "warmup_steps"],
  ["epochs", "steps"],
  ["ctx", "context"],
  ["random_seed", "seed"],
  ["max_grad_norm", "clip_norm"],
  ["gradient-accumulation-steps", "grad_accumulation"],
  ["lerning_rate", "learning_rate"],
  ["stesp", "steps"],
  ["muon", "muon_momentum"],
  ["colour", undefined],
  ["", undefined],
])("by %j of training's keys %j is meant", (word, meant) => {
  expect(meantBy(word, trainingKeys)).toBe(meant);
});

it("knows names as they are typed, and as code has them", () => {
  expect(meantBy("learning-rate", ["lr", "out"])).toBe("lr");
  expect(meantBy("batch", ["batch-size", "out"])).toBe("batch-size");
  expect(meantBy("max_tokens", ["maxNewTokens", "topK"])).toBe("maxNewTokens");
  expect(meantBy("wgpu", ["wasm", "webgpu", "cpu", "tensorflow"])).toBe("webgpu");
  expect(meantBy("outputDir", ["out", "data"])).toBe("out");
});

it("a value of another meaning is told from the same value under another name", () => {
  for (const word of ["epochs", "min_lr", "warmup_ratio", "beta1"]) {
    expect(isCountedOtherwise(word)).toBe(true);
  }
  for (const word of ["lr", "bs", "eps"]) expect(isCountedOtherwise(word)).toBe(false);
});
