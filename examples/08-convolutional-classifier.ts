// Tells drawn shapes apart: two blocks of convolution and pooling, then a dense layer.
//
//   npx tsx examples/08-convolutional-classifier.ts [batch:data,filter:model]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.
//
// Under "row:data,column:model" each device holds a quarter of every image, and gets its neighbours' edges.

import * as mtf from "mtf";
import * as nn from "mtf/nn";
import { simulator } from "mtf/simulator";

const dims = mtf.defineDims({ batch: 32, row: 16, column: 16, filter: 8, feature: 16, shape: 4 });
const { batch, row, column, filter, feature, shape } = dims;
const taps = [mtf.dimension("tap_row", 3), mtf.dimension("tap_column", 3)] as const;
const along = { row: "tap_row", column: "tap_column" } as const;

const model = {
  edges: nn.convolutionParams(taps, mtf.dimension("ink", 1), filter),
  parts: nn.convolutionParams(taps, filter, feature),
  out: nn.denseParams([feature], [shape]),
} as const;

type Images = mtf.Tensor<"batch" | "row" | "column" | "ink">;
type Labels = mtf.Tensor<"batch", "int32">;

function loss(p: nn.Values<typeof model>, images: Images, labels: Labels) {
  const { relu } = mtf;
  const edges = nn.convolutionBlock(images, p.edges, along, { over: "ink", activation: relu });
  const half = mtf.pool(edges, "max", { row: 2, column: 2 });
  const parts = nn.convolutionBlock(half, p.parts, along, { over: "filter", activation: relu });
  const seen = mtf.mean(parts, "row", "column");
  return mtf.mean(mtf.softmaxCrossEntropy(nn.dense(seen, p.out), labels, "shape"));
}

type State = mtf.AdamState<nn.Values<typeof model>>;

function step(state: State, images: Images, labels: Labels) {
  const [value, gradient] = mtf.valueAndGrad(loss)(state.params, images, labels);
  return [mtf.adam(state, gradient, { rate: 0.01 }), value] as const;
}

/** Whether a shape covers a point, seen from its middle: a square, a disc, a cross and a ring. */
const covers = [
  (x: number, y: number) => Math.max(Math.abs(x), Math.abs(y)) <= 4,
  (x: number, y: number) => Math.hypot(x, y) <= 4.5,
  (x: number, y: number) => Math.abs(x) <= 4 && Math.abs(y) <= 4 && Math.min(x * x, y * y) <= 1,
  (x: number, y: number) => Math.abs(Math.hypot(x, y) - 4) <= 0.8,
];

/** Shapes, each somewhere else, and which one each is. */
function drawn(i: number) {
  const labels = Int32Array.from({ length: batch.size }, (_, n) => n % shape.size);
  const images = Float32Array.from({ length: batch.size * 256 }, (_, at) => {
    const n = Math.floor(at / 256) + i * batch.size;
    const [x, y] = [(at % 16) - 5 - ((n * 7) % 6), (Math.floor(at / 16) % 16) - 5 - ((n * 5) % 7)];
    return covers[n % shape.size]!(x, y) ? 1 : 0;
  });
  return [images, labels] as const;
}

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "batch:data,filter:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const initial = () => mtf.adamState(nn.initialValues(mtf.key(1), model));
const begin = mtf.lower(initial, { layout, inputs: [] });
const images = mtf.placeholder([batch, row, column, mtf.dimension("ink", 1)]);
const inputs = [begin.result, images, mtf.placeholder([batch], "int32")] as const;
const train = mtf.lower(step, { layout, inputs, donate: [0] });

const devices = await simulator(mesh, { backend: "wasm" });
let state = await (await devices.load(begin))();
const run = await devices.load(train);
for (let i = 0; i <= 60; i++) {
  const [next, value] = await run(state, ...drawn(i));
  if (i % 10 === 0) console.log(`step ${i}: loss ${(await value.number()).toFixed(4)}`);
  state = next;
}
await devices.close();
