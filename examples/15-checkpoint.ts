// Trains on four devices, saves, goes on from there on three, and gives the weights to Python.
//
//   npx tsx examples/15-checkpoint.ts [batch:data,hidden:model] [FOLDER]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.
//
// FOLDER is runs/checkpoint by default. In Python, safetensors.numpy.load_file("FOLDER/net.safetensors").

import { join } from "node:path";
import * as mtf from "mtf";
import { openCheckpoint, saveCheckpoint, writeSafetensors } from "mtf/checkpoint";
import * as nn from "mtf/nn";
import { isSharded, simulator } from "mtf/simulator";

const [layoutOfFour = "batch:data,hidden:model", folder = "runs/checkpoint"] =
  process.argv.slice(2);

const dims = mtf.defineDims({ batch: 12, input: 4, hidden: 10, output: 2 });
const { batch, input, hidden, output } = dims;
const net = {
  up: nn.denseParams([input], [hidden]),
  down: nn.denseParams([hidden], [output]),
} as const;
const x = Float32Array.from({ length: 48 }, (_, i) => Math.sin(i * i));
const y = Float32Array.from({ length: 24 }, (_, i) => Math.cos(i));

type Inputs = mtf.Tensor<"batch" | "input">;
type Outputs = mtf.Tensor<"batch" | "output">;

function loss(p: nn.Values<typeof net>, x: Inputs, y: Outputs) {
  const h = nn.dense(x, p.up, mtf.tanh);
  return mtf.mean(mtf.square(mtf.sub(nn.dense(h, p.down), y)));
}

/** The state before the first step and the step, on some mesh under some layout. */
function programs(mesh: mtf.Mesh, rules: mtf.LayoutRules) {
  const layout = mtf.defineLayout({ dims, mesh, rules });
  const initial = () => mtf.adamState(nn.initialValues(mtf.key(1), net));
  const begin = mtf.lower(initial, { layout, inputs: [] });
  const step = (state: typeof begin.result, x: Inputs, y: Outputs) => {
    const [value, gradient] = mtf.valueAndGrad(loss)(state.params, x, y);
    return [mtf.adam(state, gradient, { rate: 0.03 }), value] as const;
  };
  const data = [mtf.placeholder([batch, input]), mtf.placeholder([batch, output])] as const;
  return { begin, train: mtf.lower(step, { layout, inputs: [begin.result, ...data] }) };
}

const square = mtf.defineMesh({ data: 2, model: 2 });
const four = await simulator(square, { backend: "wasm" });
const there = programs(square, mtf.parseRules(layoutOfFour));
let state = await (await four.load(there.begin))();
const train = await four.load(there.train);
for (let i = 0; i < 60; i++) [state] = await train(state, x, y);
await saveCheckpoint(folder, state, { step: 60 });
const [, expected] = await train(state, x, y);
console.log(`on four devices: loss ${(await expected.number()).toFixed(4)}`);
await four.close();

const row = mtf.defineMesh({ all: 3 });
const three = await simulator(row, { backend: "wasm" });
const here = programs(row, { hidden: "all" });
const checkpoint = await openCheckpoint(folder);
const loaded = await checkpoint.load(three, here.begin);
await checkpoint.close();
const [, value] = await (await three.load(here.train))(loaded, x, y);
console.log(`on three devices: loss ${(await value.number()).toFixed(4)}`);

const tensors = mtf.leavesOf(loaded.params, isSharded).map(async ([name, held]) => {
  const shape = held.names.map((dim) => held.dims[dim]!.size);
  console.log(`${name}: ${held.names.map((dim, i) => `${dim}=${shape[i]}`).join(", ")}`);
  return { name, dtype: "F32" as const, shape, data: await held.read() };
});
await writeSafetensors(join(folder, "net.safetensors"), await Promise.all(tensors));
await three.close();
