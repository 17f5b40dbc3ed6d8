// Trains a two-layer net on a 2 × 2 mesh: the batch is split over `data`, the hidden layer over
// `model`, and each of four workers holds its slices.
//
//   node examples/02-two-layer-net.mjs [batch:data,hidden:model]
//
// Try other layouts, and an empty one (""): the losses stay the same.

import {
  adam,
  adamState,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  fold,
  key,
  ledger,
  lower,
  MtfError,
  mean,
  normal,
  parseRules,
  placeholder,
  relu,
  softmaxCrossEntropy,
  valueAndGrad,
} from "mtf";
import { workers } from "mtf/workers";

const dims = defineDims({ batch: 64, pixel: 256, hidden: 128, digit: 10 });
const { batch, pixel, hidden, digit } = dims;

const initial = (k) => ({
  up: normal(fold(k, "up"), [pixel, hidden], { std: 0.05 }),
  down: normal(fold(k, "down"), [hidden, digit], { std: 0.05 }),
});

function loss(params, image, label) {
  const h = relu(einsum(image, params.up, "batch", "hidden"));
  return mean(softmaxCrossEntropy(einsum(h, params.down, "batch", "digit"), label, "digit"));
}

function step(state, image, label) {
  const [value, gradient] = valueAndGrad(loss)(state.params, image, label);
  return [adam(state, gradient, { rate: 1e-3 }), value];
}

/** Ten waves under noise that is as strong, and which of them each image is. */
function imagesAt(i) {
  const label = Int32Array.from({ length: batch.size }, (_, row) => (7 * row + i) % digit.size);
  const image = new Float32Array(batch.size * pixel.size);
  for (let at = 0; at < image.length; at++) {
    const kind = label[Math.floor(at / pixel.size)];
    image[at] = Math.sin((kind + 1) * (at % pixel.size)) + 2 * Math.sin(at * at + i);
  }
  return [image, label];
}

const mesh = defineMesh({ data: 2, model: 2 });
try {
  const rules = parseRules(process.argv[2] ?? "batch:data,hidden:model");
  const layout = defineLayout({ dims, mesh, rules });
  const begin = lower(() => adamState(initial(key(42))), { layout, inputs: [] });
  const train = lower(step, {
    layout,
    inputs: [begin.result, placeholder([batch, pixel]), placeholder([batch], "int32")],
    donate: [0],
  });
  console.log(ledger(train.program));

  const devices = await workers(mesh);
  try {
    let state = await (await devices.load(begin))();
    const run = await devices.load(train);
    for (let i = 0; i <= 60; i++) {
      const [next, value] = await run(state, ...imagesAt(i));
      if (i % 10 === 0) console.log(`step ${i}: loss ${(await value.number()).toFixed(4)}`);
      value.dispose();
      state = next;
    }
  } finally {
    await devices.close();
  }
} catch (error) {
  console.error(error instanceof MtfError ? error.message : error);
  process.exitCode = 1;
}
