// Learns to write an image as four numbers and to draw it from them again: a variational autoencoder.
//
//   npx tsx examples/12-variational-autoencoder.ts [batch:data,hidden:model]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.
//
// What is drawn at random does not depend on the layout. Another one to try: "pixel:data,latent:model".

import * as mtf from "mtf";
import * as nn from "mtf/nn";
import { simulator } from "mtf/simulator";

const dims = mtf.defineDims({ batch: 32, pixel: 64, hidden: 64, latent: 4 });
const { batch, pixel, hidden, latent } = dims;

const model = {
  read: nn.denseParams([pixel], [hidden]),
  mean: nn.denseParams([hidden], [latent]),
  logVariance: nn.denseParams([hidden], [latent]),
  draw: nn.denseParams([latent], [hidden]),
  out: nn.denseParams([hidden], [pixel]),
} as const;

type Images = mtf.Tensor<"batch" | "pixel">;

/** Per pixel: how unlikely the image is as it is drawn, and how far its numbers are from plain noise. */
function loss(p: nn.Values<typeof model>, images: Images, k: mtf.Key) {
  const read = nn.dense(images, p.read, mtf.relu);
  const [mean, logVariance] = [nn.dense(read, p.mean), nn.dense(read, p.logVariance)];
  const noise = mtf.normal(k, [batch, latent]);
  const code = mtf.add(mean, mtf.mul(mtf.exp(mtf.mul(logVariance, 0.5)), noise));
  const drawn = nn.dense(nn.dense(code, p.draw, mtf.relu), p.out);
  const error = mtf.mean(nn.sigmoidCrossEntropy(drawn, images));
  // The Kullback-Leibler divergence of two normal distributions: -½ Σ (1 + log σ² - μ² - σ²).
  const terms = mtf.sub(mtf.add(mtf.square(mean), mtf.exp(logVariance)), mtf.add(logVariance, 1));
  const divergence = mtf.mul(mtf.sum(terms), 0.5 / (batch.size * pixel.size));
  return mtf.add(error, divergence);
}

type State = mtf.AdamState<nn.Values<typeof model>>;

function step(state: State, images: Images) {
  const k = mtf.fold(mtf.key(2), state.step);
  const [value, gradient] = mtf.valueAndGrad(loss)(state.params, images, k);
  return [mtf.adam(state, gradient, { rate: 0.01 }), value] as const;
}

/** Images of 8 × 8 pixels with a bright square of 3 × 3 somewhere. */
function squares(i: number) {
  return Float32Array.from({ length: batch.size * pixel.size }, (_, at) => {
    const n = Math.floor(at / pixel.size) + i * batch.size;
    const [x, y] = [(at % 8) - (n % 6), (Math.floor(at / 8) % 8) - (Math.floor(n / 6) % 6)];
    return x >= 0 && x < 3 && y >= 0 && y < 3 ? 1 : 0;
  });
}

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "batch:data,hidden:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const initial = () => mtf.adamState(nn.initialValues(mtf.key(1), model));
const begin = mtf.lower(initial, { layout, inputs: [] });
const inputs = [begin.result, mtf.placeholder([batch, pixel])] as const;
const train = mtf.lower(step, { layout, inputs, donate: [0] });

const devices = await simulator(mesh, { backend: "wasm" });
let state = await (await devices.load(begin))();
const run = await devices.load(train);
for (let i = 0; i <= 200; i++) {
  const [next, value] = await run(state, squares(i));
  if (i % 40 === 0) console.log(`step ${i}: loss ${(await value.number()).toFixed(4)}`);
  state = next;
}
await devices.close();
