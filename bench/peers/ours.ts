// gpt-neo's own training step, by workers: ours.ts FOLDER MESH [BACKEND].

import {
  dimsOf,
  layoutOf,
  meshOf,
  openDevices,
  parameterPlaceholders,
  parseConfig,
  slicedState,
  statePlaceholders,
  trainingStep,
} from "gpt-neo";
import { dimension, isTensor, leavesOf, lower, mapLeaves, placeholder } from "mtf";
import { serveSteps } from "./serve-steps.ts";
import { batchOf, readTask } from "./task.ts";

const [folder, meshText, backend = "wasm"] = process.argv.slice(2);
const given = await readTask(folder!);
const { task } = given;
const config = parseConfig({
  vocab_size: task.vocab,
  max_position_embeddings: task.length,
  hidden_size: task.embd,
  num_layers: task.layers,
  num_heads: task.heads,
  window_size: task.window,
  layer_norm_epsilon: task.epsilon,
  training: {
    batch_size: task.batch,
    context: task.length,
    learning_rate: task.rate,
    schedule: "constant",
    warmup_steps: 0,
    weight_decay: task.decay,
    betas: [task.beta1, task.beta2],
    epsilon: task.adamEpsilon,
    clip_norm: task.clip,
  },
});
const dims = dimsOf(config, task.batch, task.length);
const mesh = meshOf({ mesh: meshText }, task.batch);
const layout = slicedState(layoutOf({}, mesh, dims), config, dims);
const rows = placeholder([dims.batch, dimension("microbatch", 1), dims.length], "int32");
const lowered = lower(trainingStep(config, dims), {
  layout,
  inputs: [statePlaceholders(config, dims), rows, rows] as const,
  donate: [0],
});
const devices = await openDevices({ backend: backend as "wasm" | "tensorflow" }, mesh);
const run = await devices.load(lowered);

const parameters = parameterPlaceholders(config, dims);
const offsets = new Map(given.parameters.map(({ path, offset }) => [path, offset]));
const read = mapLeaves(parameters, isTensor, (_, path) => ({
  file: given.file,
  offset: offsets.get(path)!,
}));
const zeros = mapLeaves(parameters, isTensor, (x) => {
  const sizes = x.names.map((name) => (x.dims as Record<string, { size: number }>)[name]!.size);
  return new Float32Array(sizes.reduce((a, b) => a * b, 1));
});
if (leavesOf(parameters, isTensor).length !== offsets.size) {
  throw new Error("the model has other parameters than the task");
}

const { tokens, labels } = batchOf(given);
type Fed = Parameters<typeof run>[0];
let state = { params: read, mean: zeros, variance: zeros, step: 0 } as unknown as Fed;

serveSteps(devices.variant, async () => {
  const [next, report] = await run(state, tokens, labels);
  state = next as Fed;
  // Read after the run that made it has ended, update and all.
  const loss = await report.loss.number();
  report.gradientNorm.dispose();
  return loss;
});
