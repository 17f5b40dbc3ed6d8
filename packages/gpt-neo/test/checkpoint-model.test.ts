import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { loadWeights } from "../src/weights/index.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { someText } from "./support/runs.ts";

// A run's checkpoints are models, too.

const folder = temporaryFolder();
const run = join(folder, "run");
const text = join(folder, "text.txt");
writeFileSync(text, someText(3000));
const one = ["--mesh", "data:1", "--runtime", "simulator"];
const at = (step: number): string => join(run, "checkpoints", `step-${step}`);

beforeAll(async () => {
  const train = ["train", "--config", "tiny", "--data", text, "--out", run, "--context", "32"];
  const saving = ["--steps", "4", "--save-every", "2", "--mesh", "data:1,model:3"];
  resultOf(await callHere(...train, ...saving, "--runtime", "simulator", "--json"));
});

it("the last one has the weights of the run's folder, whole and by boxes", async () => {
  const [saved, model] = [await loadWeights(at(4)), await loadWeights(run)];
  expect([...saved.tensors.keys()].sort()).toEqual([...model.tensors.keys()].sort());
  for (const [name, { shape }] of model.tensors) {
    expect(saved.tensors.get(name)!.shape).toEqual(shape);
    expect(await saved.read(name, { as: "float64" })).toEqual(
      await model.read(name, { as: "float64" }),
    );
    const box = shape.map((size, i) => ({
      begin: Math.min(size - 1, 3 + i),
      size: Math.min(size - 4 - i, 11),
    }));
    expect(await saved.read(name, { box })).toEqual(await model.read(name, { box }));
  }
  await saved.close();
  await model.close();
});

it("generate, eval, convert and train take them", async () => {
  const generate = (model: string) =>
    callHere(
      "generate",
      "--model",
      model,
      "--prompt",
      "The ship",
      "--greedy",
      "--max-new-tokens",
      "8",
      ...one,
    );
  const made = await generate(at(4));
  expect(made.code, made.stderr).toBe(0);
  expect(made.stdout).toBe((await generate(run)).stdout);
  const measured = async (model: string) =>
    resultOf<{ loss: number }>(
      await callHere("eval", "--model", model, "--data", text, ...one, "--json"),
    ).loss;
  expect(await measured(at(4))).toBe(await measured(run));
  expect(await measured(at(2))).not.toBe(await measured(run));
  const converted = join(folder, "converted");
  resultOf(await callHere("convert", "--from", at(2), "--to", converted, "--json"));
  expect(await measured(converted)).toBe(await measured(at(2)));
  const tuned = ["train", "--model", at(2), "--data", text, "--steps", "1", "--context", "16"];
  resultOf(await callHere(...tuned, "--out", join(folder, "tuned"), ...one, "--json"));
});
