// The training step on TensorFlow.js's wasm backend, as its API has it: tfjs.ts FOLDER [explicit|node].
//
// In Node its products with a transpose flag take up to 47 times as long, and its own gradients use
// them. "explicit" gives all products by hand, each operand transposed before it is multiplied.
// "node" is the same as its API has it on TensorFlow's kernels, by @tensorflow/tfjs-node.
// All scatter the embedding's gradient in JavaScript, as wasm has no kernel for it.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { serveSteps } from "./serve-steps.ts";
import { attentionBias, batchOf, readParameters, readTask } from "./task.ts";
import { inOut } from "./transposed.ts";

const [folder, how] = process.argv.slice(2);
const explicit = how === "explicit";
const require = createRequire(import.meta.url);
// Not part of its main module, and not written as Node imports modules.
require("@tensorflow/tfjs-core/dist/register_all_gradients");
setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), "/"));
if (how === "node") require("@tensorflow/tfjs-node");
const backend = how === "node" ? "tensorflow" : "wasm";
if (!(await tf.setBackend(backend)))
  throw new Error(`TensorFlow.js has no ${backend} backend here`);

const given = await readTask(folder!);
const { task } = given;
const { layers, embd, heads, vocab, batch, length } = task;
const rows = batch * length;
const kv = embd / heads;

const p = new Map<string, tf.Variable>();
const numbers = await readParameters(given);
for (const { path, shape } of given.parameters) {
  const { values, shape: kept } = inOut(path, shape, numbers.get(path)!);
  p.set(path, tf.variable(tf.tensor(values, [...kept]), true, path));
}
numbers.clear();

const batchNumbers = batchOf(given);
const tokens = tf.tensor1d(batchNumbers.tokens, "int32");
const labels = tf.tensor1d(batchNumbers.labels, "int32");
/** Where a row's label is among all rows' words. */
const labelsFlat = tf.tensor1d(
  batchNumbers.labels.map((label, row) => row * vocab + label),
  "int32",
);
const biases = [0, 1].map((layer) => tf.tensor(attentionBias(task, layer), [1, length, length]));

const flip = (x: tf.Tensor): tf.Tensor => tf.transpose(x, x.rank === 2 ? [1, 0] : [0, 2, 1]);

/** a b, where nothing asks for a transposed operand. */
const explicitProduct = tf.customGrad((a, b, save) => {
  (save as tf.GradSaveFunc)([a as tf.Tensor, b as tf.Tensor]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [left, right] = saved as [tf.Tensor, tf.Tensor];
    return [tf.matMul(dy, flip(right)), tf.matMul(flip(left), dy)];
  };
  return { value: tf.matMul(a as tf.Tensor, b as tf.Tensor), gradFunc };
});

function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return explicit ? explicitProduct(a, b) : tf.matMul(a, b);
}

/** a bᵀ. */
const explicitTransposed = tf.customGrad((a, b, save) => {
  (save as tf.GradSaveFunc)([a as tf.Tensor, b as tf.Tensor]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [left, right] = saved as [tf.Tensor, tf.Tensor];
    return [tf.matMul(dy, right), tf.matMul(flip(dy), left)];
  };
  return { value: tf.matMul(a as tf.Tensor, flip(b as tf.Tensor)), gradFunc };
});

function productTransposed(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return explicit ? explicitTransposed(a, b) : tf.matMul(a, b, false, true);
}

const embed = tf.customGrad((words) => {
  const gradFunc = (dy: tf.Tensor) => {
    const slope = dy.dataSync();
    const sum = new Float32Array(vocab * embd);
    batchNumbers.tokens.forEach((token, row) => {
      for (let i = 0; i < embd; i++) sum[token * embd + i]! += slope[row * embd + i]!;
    });
    return tf.tensor2d(sum, [vocab, embd]);
  };
  return { value: tf.gather(words as tf.Tensor, tokens), gradFunc };
});

/** The mean cross-entropy, whose gradient is the softmax less the labels. */
const explicitCrossEntropy = tf.customGrad((logits, save) => {
  const softmax = tf.softmax(logits as tf.Tensor2D);
  (save as unknown as tf.GradSaveFunc)([softmax]);
  const picked = tf.gather(tf.reshape(softmax, [rows * vocab]), labelsFlat);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
    tf.mul(tf.sub(saved[0]!, tf.oneHot(labels, vocab)), tf.div(dy, rows));
  return { value: tf.neg(tf.mean(tf.log(picked))), gradFunc };
});

function crossEntropy(logits: tf.Tensor): tf.Scalar {
  if (explicit) return explicitCrossEntropy(logits) as tf.Scalar;
  return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, vocab), logits as tf.Tensor2D);
}

function norm(x: tf.Tensor, path: string): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  const scaled = tf.mul(centred, tf.rsqrt(tf.add(variance, task.epsilon)));
  return tf.add(tf.mul(scaled, p.get(`${path}/gain`)!), p.get(`${path}/bias`)!);
}

function split(x: tf.Tensor): tf.Tensor {
  const apart = tf.transpose(tf.reshape(x, [batch, length, heads, kv]), [0, 2, 1, 3]);
  return tf.reshape(apart, [batch * heads, length, kv]);
}

function merge(x: tf.Tensor): tf.Tensor {
  const apart = tf.reshape(x, [batch, heads, length, kv]);
  return tf.reshape(tf.transpose(apart, [0, 2, 1, 3]), [rows, embd]);
}

function gelu(x: tf.Tensor): tf.Tensor {
  const cube = tf.mul(tf.square(x), x);
  const inner = tf.mul(tf.add(x, tf.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

function loss(): tf.Scalar {
  const words = tf.reshape(embed(p.get("wte")!), [batch, length, embd]);
  let x = tf.reshape(tf.add(words, p.get("wpe")!), [rows, embd]);
  for (let i = 0; i < layers; i++) {
    const at = (name: string): tf.Variable => p.get(`h/${i}/${name}`)!;
    const y = norm(x, `h/${i}/ln_1`);
    const [q, k, v] = ["q", "k", "v"].map((name) => split(product(y, at(`attn/${name}`))));
    const weights = tf.softmax(tf.add(productTransposed(q!, k!), biases[i % 2]!));
    const attended = product(merge(product(weights, v!)), at("attn/out"));
    x = tf.add(x, tf.add(attended, at("attn/bias")));
    const inner = gelu(tf.add(product(norm(x, `h/${i}/ln_2`), at("mlp/up")), at("mlp/upBias")));
    x = tf.add(x, tf.add(product(inner, at("mlp/down")), at("mlp/downBias")));
  }
  return crossEntropy(productTransposed(norm(x, "ln_f"), p.get("wte")!));
}

const optimizer = tf.train.adam(task.rate, task.beta1, task.beta2, task.adamEpsilon);

/** tf.train.adam, clipped before and decayed beside, as AdamW. */
function update(gradients: tf.NamedTensorMap): void {
  const squares = Object.values(gradients).map((g) => tf.sum(tf.square(g)));
  const length = tf.sqrt(tf.addN(squares));
  const factor = tf.minimum(tf.div(task.clip, tf.add(length, 1e-6)), 1);
  const clipped = Object.fromEntries(
    Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, factor)]),
  );
  for (const variable of p.values()) {
    if (variable.rank > 1) variable.assign(tf.mul(variable, 1 - task.rate * task.decay));
  }
  optimizer.applyGradients(clipped);
}

serveSteps(`TensorFlow.js ${tf.version_core}, ${backend}`, async () => {
  const { value, grads } = tf.variableGrads(loss);
  tf.tidy(() => update(grads));
  tf.dispose(grads);
  const [number] = await value.data();
  value.dispose();
  return number!;
});
