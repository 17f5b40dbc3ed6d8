// The training step in jax-js, eager, on its wasm backend: jax-js.ts FOLDER.
//
// Its functions use up their arguments; `.ref` keeps one for another use.

import {
  blockUntilReady,
  defaultDevice,
  init,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import { serveSteps } from "./serve-steps.ts";
import { attentionBias, batchOf, readParameters, readTask } from "./task.ts";
import { inOut } from "./transposed.ts";

type Arrays = Record<string, np.Array>;

if (!(await init("wasm")).includes("wasm")) throw new Error("jax-js has no wasm backend here");
defaultDevice("wasm");

const given = await readTask(process.argv[2]!);
const { task } = given;
const { layers, embd, heads, batch, length } = task;
const rows = batch * length;
const kv = embd / heads;

const numbers = await readParameters(given);
let params: Arrays = {};
let mean: Arrays = {};
let variance: Arrays = {};
for (const { path, shape } of given.parameters) {
  const { values, shape: kept } = inOut(path, shape, numbers.get(path)!);
  params[path] = np.array(values as Float32Array<ArrayBuffer>, { shape: [...kept] });
  mean[path] = np.zeros([...kept]);
  variance[path] = np.zeros([...kept]);
}
numbers.clear();

const batchNumbers = batchOf(given);
const integers = { dtype: np.int32 };
const tokens = np.array(batchNumbers.tokens as Int32Array<ArrayBuffer>, integers);
const labels = np.array(batchNumbers.labels as Int32Array<ArrayBuffer>, {
  shape: [rows, 1],
  ...integers,
});
const biases = [0, 1].map((layer) =>
  np.array(attentionBias(task, layer) as Float32Array<ArrayBuffer>, { shape: [1, length, length] }),
);

function norm(x: np.Array, gain: np.Array, bias: np.Array): np.Array {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const spread = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .mul(np.reciprocal(np.sqrt(spread.add(task.epsilon))))
    .mul(gain)
    .add(bias);
}

function split(x: np.Array): np.Array {
  const apart = x.reshape([batch, length, heads, kv]).transpose([0, 2, 1, 3]);
  return apart.reshape([batch * heads, length, kv]);
}

function merge(x: np.Array): np.Array {
  return x.reshape([batch, heads, length, kv]).transpose([0, 2, 1, 3]).reshape([rows, embd]);
}

function loss(p: Arrays): np.Array {
  const words = np.take(p.wte!.ref, tokens.ref, 0).reshape([batch, length, embd]);
  let x = words.add(p.wpe!).reshape([rows, embd]);
  for (let i = 0; i < layers; i++) {
    const at = (name: string): np.Array => p[`h/${i}/${name}`]!;
    const y = norm(x.ref, at("ln_1/gain"), at("ln_1/bias"));
    const q = split(np.matmul(y.ref, at("attn/q")));
    const k = split(np.matmul(y.ref, at("attn/k")));
    const v = split(np.matmul(y, at("attn/v")));
    const scores = np.matmul(q, k.transpose([0, 2, 1])).add(biases[i % 2]!.ref);
    const mixed = merge(np.matmul(nn.softmax(scores, -1), v));
    x = x.add(np.matmul(mixed, at("attn/out")).add(at("attn/bias")));
    const z = norm(x.ref, at("ln_2/gain"), at("ln_2/bias"));
    const inner = nn.gelu(np.matmul(z, at("mlp/up")).add(at("mlp/upBias")), { approximate: true });
    x = x.add(np.matmul(inner, at("mlp/down")).add(at("mlp/downBias")));
  }
  const final = norm(x, p["ln_f/gain"]!, p["ln_f/bias"]!);
  const logits = np.matmul(final, p.wte!.transpose());
  const picked = np.takeAlongAxis(nn.logSoftmax(logits, -1), labels.ref, -1);
  return np.mean(picked).neg();
}

let taken = 0;

/** AdamW, clipped by the global norm. */
function update(gradients: Arrays): void {
  taken++;
  const squares = Object.values(gradients).map((g) => np.sum(np.square(g.ref)));
  const size = np.sqrt(squares.reduce((a, b) => a.add(b)));
  const factor = np.minimum(np.reciprocal(size.add(1e-6)).mul(task.clip), 1);
  const [restMean, restVariance] = [1 - task.beta1 ** taken, 1 - task.beta2 ** taken];
  const next: [Arrays, Arrays, Arrays] = [{}, {}, {}];
  for (const [name, gradient] of Object.entries(gradients)) {
    const g = gradient.mul(factor.ref);
    const m = mean[name]!.mul(task.beta1).add(g.ref.mul(1 - task.beta1));
    const v = variance[name]!.mul(task.beta2).add(np.square(g).mul(1 - task.beta2));
    const root = np.sqrt(v.ref.div(restVariance)).add(task.adamEpsilon);
    const way = m.ref.div(restMean).div(root).mul(task.rate);
    const own = params[name]!;
    const kept = own.ndim > 1 ? own.mul(1 - task.rate * task.decay) : own;
    next[0][name] = kept.sub(way);
    next[1][name] = m;
    next[2][name] = v;
  }
  factor.dispose();
  [params, mean, variance] = next;
}

serveSteps("jax-js, wasm", async () => {
  const [value, gradients] = valueAndGrad(loss)(tree.ref(params));
  update(gradients as Arrays);
  await Promise.all([params, mean, variance].map((arrays) => blockUntilReady(arrays)));
  const [number] = await value.data();
  return number!;
});
