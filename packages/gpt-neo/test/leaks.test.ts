import { adamState, defineMesh, placeholder } from "mtf";
import { simulator } from "mtf/simulator";
import { workers } from "mtf/workers";
import { expect, it } from "vitest";
import { loadConfig, withTraining } from "../src/config/index.ts";
import { parameterPlaceholders } from "../src/models/index.ts";
import { microbatchOf, trainingStep } from "../src/train/step.ts";
import { fixture } from "./support/expected.ts";
import { heldOn } from "./support/held-on.ts";
import { onDevices } from "./support/on-devices.ts";

const folder = fixture("weights/safetensors/one");
const config = withTraining(await loadConfig(`${folder}/config.json`), {
  batch_size: 4,
  context: 8,
  grad_accumulation: 2,
  learning_rate: 1e-3,
  warmup_steps: 0,
  schedule: "constant",
});
const at = { mesh: "data:2,model:2", layout: "batch:data,heads:model,vocab:model,ff:model" };

it.each([
  ["the simulator", () => simulator(defineMesh(at.mesh), { backend: "wasm" })],
  ["workers", () => workers(defineMesh(at.mesh))],
] as const)("200 steps hold no more than a few, on %s, and each sees the last", async (_, open) => {
  const devices = await open();
  try {
    const step = await onDevices(devices, at, {
      folder,
      config,
      batch: 2,
      length: 8,
      steps: true,
      inputs: (dims) => {
        const rows = placeholder([dims.batch, microbatchOf(config), dims.length], "int32");
        return [adamState(parameterPlaceholders(config, dims)), rows, rows];
      },
      fn: (dims) => trainingStep(config, dims),
    });
    const tokens = Int32Array.from({ length: 32 }, (_, i) => (i * 7) % 97);
    const labels = tokens.map((id) => (id * 5) % 97);
    const losses: number[] = [];
    const steps = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const results = await step.call(tokens, labels);
        losses.push(results.get("1/loss")![0]!);
      }
      return heldOn(devices);
    };
    const few = await steps(5);
    expect(await steps(195)).toEqual(few);
    expect(few[0]!.buffers).toBeGreaterThan(0);
    // The same batch every time: a step that did not see the update before it would stand still.
    expect(losses.slice(1, 20).every((loss, i) => loss < losses[i]!)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(0.1 * losses[0]!);
  } finally {
    await devices.close();
  }
});
