// Learns weights that are whole numbers, from examples of which one is wrong.
//
//   npx tsx examples/14-gradients.ts [example:data,feature:model]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.
//
// Rounding has a gradient of 0 nearly everywhere: here it gets one of its own. And each example has its
// gradient, not only all together: the wrong one pulls harder than others, and is left out.

import * as mtf from "mtf";
import { simulator } from "mtf/simulator";

const dims = mtf.defineDims({ example: 16, feature: 4 });
const { example, feature } = dims;

type Weights = mtf.Tensor<"feature">;
type Inputs = mtf.Tensor<"example" | "feature">;
type Targets = mtf.Tensor<"example">;

/** Rounds; backward it is as if it did not ("straight through"). */
const rounded = mtf.customGradient(
  (weights: Weights) => mtf.round(weights),
  ({ cotangent }) => [cotangent],
);

/** The squared error of one example. */
const loss = (weights: Weights, input: mtf.Tensor<"feature">, target: mtf.Scalar) =>
  mtf.square(mtf.sub(mtf.einsum(input, rounded(weights)), target));

function step(weights: Weights, inputs: Inputs, targets: Targets) {
  const gradients = mtf.mapOver(
    example,
    (input, target) => mtf.grad(loss)(weights, input, target),
    inputs,
    targets,
  );
  const pulls = mtf.sqrt(mtf.sum(mtf.square(gradients), "feature"));
  const trusted = mtf.less(pulls, mtf.mul(mtf.mean(pulls), 3));
  const gradient = mtf.mean(mtf.where(trusted, gradients, 0), "example");
  return [mtf.sgd(weights, gradient, { rate: 0.05 }), pulls] as const;
}

const wanted = [3, -2, 0, 1];
const wrong = 5;
const inputs = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i));
const targets = Float32Array.from({ length: example.size }, (_, n) => {
  const right = wanted.reduce((total, w, i) => total + w * inputs[4 * n + i]!, 0);
  return n === wrong ? right + 40 : right;
});

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "example:data,feature:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const learn = mtf.lower(step, {
  layout,
  inputs: [
    mtf.placeholder([feature]),
    mtf.placeholder([example, feature]),
    mtf.placeholder([example]),
  ],
});

const devices = await simulator(mesh, { backend: "wasm" });
const run = await devices.load(learn);
let [weights, pulls] = await run(new Float32Array(feature.size), inputs, targets);
const shown = async () => Array.from(await pulls.read(), (x) => x.toFixed(4)).join(" ");
console.log(`pulls at first: ${await shown()}`);
for (let i = 0; i < 60; i++) [weights, pulls] = await run(weights, inputs, targets);
console.log(`pulls at last: ${await shown()}`);
console.log(`weights: ${(await weights.read()).map(Math.round).join(" ")}`);
await devices.close();
