import { adamState, defineMesh, memoryPlan, placeholder } from "mtf";
import { simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { loadConfig, withTraining } from "../src/config/index.ts";
import { dimsOf, parameterPlaceholders } from "../src/models/index.ts";
import { layoutOf } from "../src/session.ts";
import { lowerStep } from "../src/train/lower-step.ts";
import { microbatchOf, trainingStep } from "../src/train/step.ts";
import type { Case } from "./hugging-face/layouts.ts";
import { fixture } from "./support/expected.ts";
import { onDevices } from "./support/on-devices.ts";

const folder = fixture("weights/safetensors/one");
const given = await loadConfig(`${folder}/config.json`);
const training = { batch_size: 4, context: 8, grad_accumulation: 2, warmup_steps: 0 };
const [kept, again] = [false, true].map((recompute) =>
  withTraining({ ...given, resid_dropout: 0.1 }, { ...training, recompute }),
);

it("125M at 1,024 tokens needs less than half of the memory beside state and gradients", async () => {
  const preset = await loadConfig("125M");
  const peaks = [false, true].map((recompute) => {
    const config = withTraining(preset, { batch_size: 1, context: 1024, recompute });
    const dims = dimsOf(config, 1, 1024);
    const { program } = lowerStep(config, dims, layoutOf({}, defineMesh(""), dims));
    const { peakBytes, inputBytes } = memoryPlan(program);
    // The state is parameters and two moments; gradients are as large as the parameters.
    return peakBytes - inputBytes - inputBytes / 3;
  });
  expect(peaks[1]!).toBeLessThan(peaks[0]! / 2);
});

it.each([
  { mesh: "", layout: "" },
  { mesh: "data:2,model:2", layout: "batch:data,heads:model,vocab:model,ff:model" },
  { mesh: "data:2", layout: "batch:data", storage: "embd:data" },
  { mesh: "pod:2,data:2", layout: "batch:pod+data", storage: "embd:data,vocab:pod,ff:pod" },
] as const satisfies readonly Case[])("losses are the same to the bit: '$mesh'", async (at) => {
  const losses = await lossesOf(at);
  expect(losses[1]).toEqual(losses[0]);
  expect(new Set(losses[0]).size).toBe(4);
});

/** Losses of four steps, of kept values and of values that are computed again. */
async function lossesOf(at: Case): Promise<readonly (readonly number[])[]> {
  const devices = await simulator(defineMesh(at.mesh), { backend: "wasm" });
  try {
    const losses: number[][] = [];
    for (const config of [kept!, again!]) {
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
      const seen: number[] = [];
      for (let i = 0; i < 4; i++) seen.push((await step.call(tokens, tokens)).get("1/loss")![0]!);
      losses.push(seen);
    }
    return losses;
  } finally {
    await devices.close();
  }
}
