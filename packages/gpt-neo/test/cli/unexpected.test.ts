import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSafetensors, writeSafetensors } from "mtf/checkpoint";
import { beforeAll, expect, it } from "vitest";
import { callHere, temporaryFolder } from "../support/cli.ts";
import { fixture } from "../support/expected.ts";

// A file of weights that holds more than the model of its config.

const folder = temporaryFolder();
const model = join(folder, "model");
const ids = join(folder, "ids.jsonl");
beforeAll(async () => {
  writeFileSync(ids, JSON.stringify({ input_ids: Array.from({ length: 300 }, (_, i) => i % 97) }));
  cpSync(fixture("weights/safetensors/one"), model, { recursive: true });
  const weights = await openSafetensors(join(model, "model.safetensors"));
  const tensors = [];
  for (const [name, { shape }] of weights.tensors) {
    tensors.push({ name, shape, data: await weights.read(name, { as: "float32" }) });
  }
  await weights.close();
  const gate = { ...tensors[0]!, name: "transformer.h.0.mlp.gate.weight" };
  const all = [...tensors, gate].map((tensor) => ({ ...tensor, dtype: "F32" as const }));
  await writeSafetensors(join(model, "model.safetensors"), all);
  const config = JSON.parse(readFileSync(join(model, "config.json"), "utf8"));
  const half = {
    num_layers: 2,
    attention_types: [[["global", "local"], 1]],
    attention_layers: ["global", "local"],
  };
  writeFileSync(join(model, "config.json"), JSON.stringify({ ...config, ...half }));
});

const one = ["--mesh", "data:1", "--runtime", "simulator"];
const short = ["--steps", "1", "--batch-size", "1"];
it.each([
  ["train", ["train", "--model", model, "--data", ids, "--out", join(folder, "out"), ...short]],
  ["eval", ["eval", "--model", model, "--data", ids]],
  ["generate", ["generate", "--model", model, "--input-ids", "1,2", "--max-new-tokens", "1"]],
  ["convert", ["convert", "--from", model, "--to", join(folder, "converted")]],
])("%s says what it leaves out of it", async (name, args) => {
  const { code, stderr } = await callHere(...args, ...(name === "convert" ? [] : one));
  expect(code).toBe(0);
  const told = stderr.split("\n").filter((line) => line.startsWith("left out"));
  expect(told).toEqual([
    "left out: 2 layers from 2 to 3 (26 tensors): the config has num_layers 2",
    "left out: transformer.h.0.mlp.gate.weight: the model has no such tensor",
  ]);
});
