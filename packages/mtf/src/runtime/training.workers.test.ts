import { expect, test } from "vitest";
import {
  type AdamState,
  adam,
  adamState,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  type LayoutRules,
  ledger,
  lower,
  mean,
  memoryPlan,
  placeholder,
  relu,
  softmaxCrossEntropy,
  type Tensor,
  valueAndGrad,
} from "../index.ts";
import { simulator } from "../simulator.ts";
import { workers } from "../workers.ts";
import type { Devices } from "./devices.ts";
import { readFloat64 } from "./sharded.ts";

const dims = defineDims({ batch: 7, pixel: 19, hidden: 13, digit: 5 });
const { batch, pixel, hidden, digit } = dims;

interface Params {
  readonly up: Tensor<"pixel" | "hidden">;
  readonly down: Tensor<"hidden" | "digit">;
}

function loss(p: Params, image: Tensor<"batch" | "pixel">, label: Tensor<"batch", "int32">) {
  const h = relu(einsum(image, p.up, "batch", "hidden"));
  return mean(softmaxCrossEntropy(einsum(h, p.down, "batch", "digit"), label, "digit"), "batch");
}

function step(
  state: AdamState<Params>,
  image: Tensor<"batch" | "pixel">,
  label: Tensor<"batch", "int32">,
) {
  const [value, gradient] = valueAndGrad(loss)(state.params, image, label);
  return [adam(state, gradient, { rate: 1e-2 }), value] as const;
}

const mesh = defineMesh({ data: 2, model: 3 });

function stepFor(rules: LayoutRules) {
  const params = { up: placeholder([pixel, hidden]), down: placeholder([hidden, digit]) };
  return lower(step, {
    layout: defineLayout({ dims, mesh, rules: rules as never }),
    inputs: [
      adamState(params),
      placeholder([batch, pixel]),
      placeholder([batch], "int32"),
    ] as never,
    donate: [0],
  });
}

const wave = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => 0.3 * Math.sin(phase + 1.7 * i));

/** Trains a few steps; counts what the last of them moved, and held. */
async function train(devices: Devices, rules: LayoutRules) {
  const lowered = stepFor(rules);
  const run = await devices.load(lowered);
  const zeros = { up: new Float32Array(19 * 13), down: new Float32Array(13 * 5) };
  const params = { up: wave(19 * 13, 1), down: wave(13 * 5, 2) };
  const image = wave(7 * 19, 3);
  const label = Int32Array.of(0, 1, 2, 3, 4, 0, 1);
  const first = { params, mean: zeros, variance: zeros, step: 0 };
  let [state, value] = await run(first, image, label);
  const losses: number[] = [];
  let before = await devices.usage();
  for (let i = 0; i < 4; i++) {
    losses.push(...(await readFloat64(value)));
    value.dispose();
    before = await devices.usage();
    [state, value] = await run(state, image, label);
  }
  losses.push(...(await readFloat64(value)));
  const after = await devices.usage();
  const bytes = after.map((device, i) => device.bytesReceived - before[i]!.bytesReceived);
  const read = [...(await readFloat64(state.params.up)), ...(await readFloat64(state.params.down))];
  const results = [value, ...Object.values(state.params), ...Object.values(state.mean)];
  for (const held of [...results, ...Object.values(state.variance), state.step]) held.dispose();
  return {
    losses,
    params: read,
    bytes,
    peak: after.map((device) => device.peakBytes),
    ledger: ledger(lowered.program).bytes,
    plan: memoryPlan(lowered.program).peakBytes,
  };
}

const layouts: LayoutRules[] = [
  {},
  { batch: "data" },
  { batch: "data", hidden: "model" },
  { batch: ["model", "data"] },
  { pixel: "model", digit: "data" },
];

test("training is the same on every layout, on simulator and workers, and costs what was said", async () => {
  const threads = await workers(mesh);
  try {
    const truth = await train(await simulator(mesh), {});
    expect(truth.losses.at(-1)!).toBeLessThan(truth.losses[0]!);
    for (const rules of layouts) {
      const simulated = await train(await simulator(mesh, { backend: "wasm" }), rules);
      const worked = await train(threads, rules);
      expect(worked.losses).toEqual(simulated.losses);
      expect(worked.params).toEqual(simulated.params);
      expect(worked.bytes).toEqual(simulated.bytes);
      expect(worked.bytes.reduce((a, b) => a + b)).toBe(worked.ledger);
      worked.params.forEach((x, i) => {
        expect(Math.abs(x - truth.params[i]!)).toBeLessThan(1e-4);
      });
      expect(worked.peak).toEqual(simulated.peak);
      expect(Math.max(...worked.peak)).toBe(worked.plan);
    }
  } finally {
    await threads.close();
  }
});
