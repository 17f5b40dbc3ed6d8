import { fileURLToPath } from "node:url";
import { defineMesh, placeholder } from "mtf";
import { simulator } from "mtf/simulator";
import { expect, test } from "vitest";
import { modelOf } from "../models/index.ts";
import { loadWeights } from "./load.ts";
import { parameterSource } from "./parameter-source.ts";

const fixture = (path: string) =>
  fileURLToPath(new URL(`../../test/fixtures/${path}`, import.meta.url));

// Packed, transposed and tied matrices, several files, and what torch has saved.
test.each([
  "weights/safetensors/one",
  "hugging-face/gpt2-tiny",
  "hugging-face/gpt-neox-tiny/sequential",
  "hugging-face/gptj-tiny",
  "hugging-face/llama-tiny-tied",
  "weights/safetensors/sharded",
  "weights/pytorch/bin",
])("of %s, devices read what is read for them", async (path) => {
  const weights = await loadWeights(fixture(path));
  const { config, tensors, read } = weights;
  const devices = await simulator(defineMesh("x:3"), { backend: "wasm" });
  const rests = [undefined, "bfloat16"] as const;
  let inFiles = 0;
  for (const [i, name] of modelOf(config).names(config).entries()) {
    const source = parameterSource(weights, name);
    const byBoxes = parameterSource({ tensors, read }, name);
    expect("box" in byBoxes).toBe(true);
    if ("file" in source) inFiles++;
    const dims = name.dims.flat();
    const rest = rests[i % 2];
    const tensor = rest ? placeholder(dims, { rest }) : placeholder(dims);
    const cut = dims[i % dims.length]!.name;
    const placement = { split: { [cut]: ["x"] }, partial: [] };
    const put = async (from: typeof source) => {
      const held = await devices.put(tensor, placement, from);
      const numbers = await held.read();
      held.dispose();
      return numbers;
    };
    expect(await put(source)).toEqual(await put(byBoxes));
  }
  expect(inFiles).toBeGreaterThan(0);
  await devices.close();
  await weights.close();
});
