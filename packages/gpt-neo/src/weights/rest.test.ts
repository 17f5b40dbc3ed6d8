import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineMesh } from "mtf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../cli/run/generate.ts";
import { evaluator } from "../eval/evaluator.ts";
import { generate } from "../generate/generate.ts";
import { loadModel, type ModelOptions } from "../loaded-model.ts";
import { convertWeights } from "./convert.ts";

const original = fileURLToPath(
  new URL("../../test/fixtures/weights/tensorflow/global_local", import.meta.url),
);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rest-"));
});
afterAll(() => rm(folder, { recursive: true }));

const tokens = Int32Array.from({ length: 12 }, (_, i) => (i * 7) % 50);

/** The logits of some tokens, those that follow them, and what the weights take on a device. */
async function outcomes(path: string, options: ModelOptions, axes = "model:2") {
  const where = { runtime: "simulator", backend: "wasm", deterministic: true } as const;
  const model = await loadModel(path, { ...where, ...options }, defineMesh(axes));
  const [usage] = await model.devices.usage();
  const { logits } = await evaluator(model, 1).score([{ tokens, labels: tokens }], tokens.length);
  const ids: number[] = [];
  const settings = {
    maxNewTokens: 8,
    sampling: { kind: "greedy" },
    seed: 0,
    endOfText: [],
  } as const;
  for await (const id of generate(model, [...tokens], settings)) ids.push(id);
  await model.close();
  return { logits: logits!, ids, bytes: usage!.bytes };
}

describe.each(["bfloat16", "float16"] as const)("weights that rest as %s", (dtype) => {
  it("give what those converted first give, in half of the memory", async () => {
    const converted = join(folder, dtype);
    await convertWeights(original, converted, { dtype });
    const first = await outcomes(converted, {});
    for (const path of [original, converted]) {
      const resting = await outcomes(path, { dtype });
      resting.logits.forEach((x, i) => {
        expect(Math.abs(x - first.logits[i]!)).toBeLessThan(1e-5);
      });
      expect(resting.ids).toEqual(first.ids);
      expect(resting.bytes).toBe(first.bytes / 2);
    }
  });
});

it("int8 takes little more than a quarter, and comes near, on every mesh alike", async () => {
  const [whole, one, two] = [
    await outcomes(original, {}),
    await outcomes(original, { dtype: "int8" }, "data:1"),
    await outcomes(original, { dtype: "int8" }),
  ];
  const spread = Math.max(...whole.logits.map(Math.abs));
  whole.logits.forEach((x, i) => {
    expect(Math.abs(one.logits[i]! - two.logits[i]!)).toBeLessThan(1e-5);
    expect(Math.abs(one.logits[i]! - x)).toBeLessThan(0.05 * spread);
  });
  expect(two.bytes).toBeLessThan(0.45 * whole.bytes);
});

it("is told what weights can rest as, by commands, too", async () => {
  const asked = { model: original, inputIds: [1], seed: 0, dtype: "bf16" as never };
  await expect(run({ ...asked, runtime: "simulator" })).rejects.toThrow("cannot rest as bf16");
  await expect(loadModel(original, { dtype: "bf16" as never })).rejects.toThrow(
    "loadModel: weights cannot rest as bf16.",
  );
});
