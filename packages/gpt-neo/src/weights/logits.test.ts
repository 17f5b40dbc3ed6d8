import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineMesh } from "mtf";
import { openSafetensors } from "mtf/checkpoint";
import { afterAll, beforeAll, expect, it } from "vitest";
import { evaluator } from "../eval/evaluator.ts";
import { loadModel } from "../loaded-model.ts";
import { convertWeights } from "./convert.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/weights/tensorflow/", import.meta.url));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logits-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The original's loss of logits: cross-entropy and 1e-4 of the squared normaliser. */
function lossOf(logits: Float32Array, labels: ArrayLike<number>): number {
  const vocab = logits.length / labels.length;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = logits.subarray(i * vocab, (i + 1) * vocab);
    const normaliser = Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
    sum += normaliser - row[labels[i]!]! + 1e-4 * normaliser ** 2;
  }
  return sum / labels.length;
}

// In bfloat16 the original computed with it too: its own loss differs by 2e-3 between two modes.
it.each([
  ["global_local", "as it is", 2e-5, 2e-6],
  ["global_local", "converted", 2e-5, 2e-6],
  ["bfloat16", "converted", undefined, 5e-3],
] as const)("%s, %s: the original's logits and loss", async (name, way, ofLogits, ofLoss) => {
  const from = fixtures + name;
  const path = way === "converted" ? join(folder, name) : from;
  if (way === "converted") await convertWeights(from, path);
  const recorded = await openSafetensors(join(from, "io.safetensors"));
  const [rows, length] = recorded.tensors.get("inputs")!.shape as [number, number];
  const ids = await recorded.read("inputs", { as: "int32" });
  const labels = await recorded.read("labels", { as: "int32" });
  const expected = await recorded.read("logits");
  const [loss] = await recorded.read("loss");

  const where = { runtime: "simulator", backend: "cpu" } as const;
  const model = await loadModel(path, where, defineMesh({ data: 1 }));
  const windows = Array.from({ length: rows }, (_, i) => ({
    tokens: ids.slice(i * length, (i + 1) * length),
    labels: labels.slice(i * length, (i + 1) * length),
  }));
  const { logits } = await evaluator(model, rows).score(windows, length);
  expect(logits).toHaveLength(expected.length);
  const worst = logits!.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
  if (ofLogits !== undefined) expect(worst).toBeLessThan(ofLogits);
  expect(Math.abs(lossOf(logits!, labels) - loss!)).toBeLessThan(ofLoss);
  await model.close();
  await recorded.close();
});
