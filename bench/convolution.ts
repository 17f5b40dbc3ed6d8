import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import {
  convolution,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  lower,
  placeholder,
  sum,
  type Tensor,
  valueAndGrad,
} from "mtf";
import { simulator } from "mtf/simulator";
import { readOptions } from "./lib/options.ts";
import { figure, printLines, table } from "./lib/report.ts";

const help = `
How fast is a convolution beside TensorFlow.js's Conv2D, and one of each channel alone beside its
DepthwiseConv2dNative?

  npm run bench -- convolution [--json]

Kernels of 3 × 3 over images, in one thread: alone, and the gradients of image and kernel, beside which
TensorFlow.js's is that of the image alone (its WebAssembly backend has no other). Both take turns, and the
best of their runs counts. Below 1, ours takes less time. MTF_BLAS=off does without a library for products.`;

const { json, quick } = readOptions(help, []);

await tf.setBackend("wasm");
await tf.ready();
interface Case {
  readonly batch: number;
  readonly side: number;
  readonly from: number;
  /** Each channel is by itself where it is absent. */
  readonly to?: number;
}

const cases: readonly Case[] = quick
  ? [
      { batch: 1, side: 8, from: 4, to: 8 },
      { batch: 1, side: 8, from: 4 },
    ]
  : [
      { batch: 8, side: 28, from: 16, to: 32 },
      { batch: 8, side: 32, from: 32, to: 64 },
      { batch: 4, side: 56, from: 32, to: 32 },
      { batch: 4, side: 56, from: 64, to: 64 },
      { batch: 2, side: 56, from: 8, to: 8 },
      { batch: 2, side: 56, from: 32 },
      { batch: 4, side: 28, from: 128 },
    ];

/** The best time of each, taken in turns. */
async function best(runs: readonly (() => Promise<void>)[]): Promise<readonly number[]> {
  const times = runs.map(() => Infinity);
  const rounds = quick ? 1 : 40;
  for (let round = -2; round < rounds; round++) {
    for (const [i, run] of runs.entries()) {
      const start = performance.now();
      await run();
      if (round >= 0 || quick) times[i] = Math.min(times[i]!, performance.now() - start);
    }
  }
  return times;
}

const mesh = defineMesh("one:1");
const devices = await simulator(mesh, { backend: "wasm" });
const results = [];
for (const { batch, side, from, to } of cases) {
  const dims = defineDims({ batch, row: side, column: side, from, to: to ?? 1 });
  const taps = [dimension("tap_row", 3), dimension("tap_column", 3)] as const;
  const layout = defineLayout({ dims, mesh, rules: {} });
  const image = placeholder([dims.batch, dims.row, dims.column, dims.from]);
  const kernel = placeholder([...taps, dims.from, ...(to ? [dims.to] : [])]);
  const over = to ? (["from"] as const) : [];
  const convolved = (x: typeof image, k: typeof kernel) =>
    convolution(x, k, { row: "tap_row", column: "tap_column" }, { over });
  const both = (x: typeof image, k: typeof kernel) =>
    valueAndGrad(
      (pair: readonly [typeof image, typeof kernel]) => sum(convolved(...pair)) as Tensor<never>,
    )([x, k])[1];
  const ours = await devices.load(lower(convolved, { layout, inputs: [image, kernel] }));
  const backward = await devices.load(lower(both, { layout, inputs: [image, kernel] }));
  const numbers = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
  const [x, k] = [numbers(batch * side * side * from), numbers(9 * from * (to ?? 1))];
  const hold = lower((...all: readonly [typeof image, typeof kernel]) => all, {
    ...{ layout, inputs: [image, kernel] },
  });
  const [hx, hk] = await (await devices.load(hold))(x, k);
  const [tx, tk] = [
    tf.tensor4d(x, [batch, side, side, from]),
    tf.tensor4d(k, [3, 3, from, to ?? 1]),
  ];
  const their = to ? tf.conv2d<tf.Tensor4D> : tf.depthwiseConv2d<tf.Tensor4D>;
  const dy = tf.onesLike(their(tx, tk, 1, "same"));
  const forward = [
    async () => {
      const y = await ours(hx, hk);
      await y.read();
      y.dispose();
    },
    async () => {
      const y = their(tx, tk, 1, "same");
      await y.data();
      y.dispose();
    },
  ];
  const backwards = [
    async () => {
      const [dx, dk] = await backward(hx, hk);
      await dx.read();
      dx.dispose();
      dk.dispose();
    },
    async () => {
      const dx = tf.conv2dTranspose(dy as tf.Tensor4D, tk, [batch, side, side, from], 1, "same");
      await dx.data();
      dx.dispose();
    },
  ];
  const times = await best([...forward, ...(to ? backwards : [])]);
  const [alone, theirs, graded, theirImage] = times;
  results.push({
    case: `${batch} × ${side}², ${from}${to ? ` to ${to}` : ", each alone"}`,
    forward: alone! / theirs!,
    ...(to && { gradients: graded! / theirImage! }),
  });
}
await devices.close();
if (json) printLines(results);
else {
  const rows = results.map((r) => [
    r.case,
    figure(r.forward),
    r.gradients ? figure(r.gradients) : "",
  ]);
  console.log(table(["images, channels", "convolution", "both gradients by one"], rows));
}
