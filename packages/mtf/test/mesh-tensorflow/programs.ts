import { type Dimension, dimension, placeholder, sgd, valueAndGrad } from "../../src/index.ts";
import { dimsFrom, type WrittenDims } from "./fixture.ts";
import { contracted, m, product, reshapedTo, type T } from "./tensors.ts";

/** A program of the fixtures, with the dims of its inputs. */
export interface CountedProgram {
  readonly inputs: readonly T[];
  readonly fn: (...xs: readonly T[]) => T;
}

const sizes = (record: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(record).map(([name, size]) => [name, dimension(name, size)]));

const x = (...dims: readonly (Dimension | undefined)[]): T => placeholder(dims as never);
const ids = (...dims: readonly (Dimension | undefined)[]): T =>
  placeholder(dims as never, "int32") as T;

const mlp = sizes({ batch: 8, io: 4, hidden: 6 });
const layer = sizes({ batch: 4, length: 4, d_model: 8, heads: 4, kv: 2, d_ff: 16, vocab: 12 });
const { batch, length, d_model, heads, kv, d_ff, vocab } = layer;

function mlpForward(input: T, w1: T, w2: T): T {
  return contracted([m.relu(contracted([input, w1], ["io"])), w2], ["hidden"]);
}

/** Attention and a feed-forward layer, each with a residual. */
function transformerLayer(input: T, [wq, wk, wv, wo, wi, wf]: readonly T[]): T {
  const memory = m.rename(input, "length", "memory_length");
  const q = contracted([input, wq], ["d_model"]);
  const [k, v] = [wk, wv].map((w) => contracted([memory, w], ["d_model"]));
  const weights = m.softmax(
    product([q, k], ["batch", "heads", "length", "memory_length"]),
    "memory_length",
  );
  const read = contracted([weights, v], ["memory_length"]);
  const y = m.add(input, contracted([read, wo], ["heads", "kv"]));
  return m.add(y, contracted([m.relu(contracted([y, wi], ["d_model"])), wf], ["d_ff"]));
}

const meanSquare = (y: T): T => m.mean(m.square(y));

function languageModel(token: T, table: T, weights: readonly T[]): T {
  const y = transformerLayer(m.gather(table, token, "vocab"), weights);
  return m.mean(m.softmaxCrossEntropy(contracted([y, table], ["d_model"]), token, "vocab"));
}

const weights = () => [
  x(d_model, heads, kv),
  x(d_model, heads, kv),
  x(d_model, heads, kv),
  x(heads, kv, d_model),
  x(d_model, d_ff),
  x(d_ff, d_model),
];

/** The loss and the weights after one step of gradient descent. */
function trained(loss: (params: readonly T[]) => T, params: readonly T[]): T {
  const [value, gradient] = valueAndGrad(loss as never)(params as never) as unknown as [T, T];
  return [value, sgd(params, gradient as never, { rate: 0.1 })];
}

export const programs: Readonly<Record<string, CountedProgram>> = {
  mlp_forward: {
    inputs: [x(mlp.batch, mlp.io), x(mlp.io, mlp.hidden), x(mlp.hidden, mlp.io)],
    fn: mlpForward,
  },
  mlp_train: {
    inputs: [x(mlp.batch, mlp.io), [x(mlp.io, mlp.hidden), x(mlp.hidden, mlp.io)]],
    fn: (input, params) =>
      trained(([w1, w2]) => meanSquare(m.sub(mlpForward(input, w1, w2), input)), params),
  },
  transformer_layer_forward: {
    inputs: [x(batch, length, d_model), weights()],
    fn: (input, params) => meanSquare(transformerLayer(input, params)),
  },
  transformer_layer_train: {
    inputs: [x(batch, length, d_model), weights()],
    fn: (input, params) => trained((p) => meanSquare(transformerLayer(input, p)), params),
  },
  transformer_layer_lm_forward: {
    inputs: [ids(batch, length), [x(vocab, d_model), ...weights()]],
    fn: (token, [table, ...rest]) => languageModel(token, table, rest),
  },
  transformer_layer_lm_train: {
    inputs: [ids(batch, length), [x(vocab, d_model), ...weights()]],
    fn: (token, params) => trained(([table, ...rest]) => languageModel(token, table, rest), params),
  },
  embedding: {
    inputs: [x(vocab, d_model), ids(batch, length)],
    fn: (table, token) => m.gather(table, token, "vocab"),
  },
  softmax: { inputs: [x(batch, vocab)], fn: (y) => m.softmax(y, "vocab") },
  cumsum: {
    inputs: [
      x(
        ...dimsFrom([
          ["batch", 2],
          ["length", 8],
        ]),
      ),
    ],
    fn: (y) => m.cumsum(y, "length"),
  },
};

/** A reshape between recorded dims. */
export function reshapeProgram(from: WrittenDims, to: WrittenDims): CountedProgram {
  return { inputs: [x(...dimsFrom(from))], fn: (y) => reshapedTo(y, to) };
}

/** A shift by a number of elements; what falls off is lost and zeros come in. */
export function shiftProgram(offset: number): CountedProgram {
  const dims = dimsFrom([
    ["batch", 2],
    ["length", 8],
  ]);
  return {
    inputs: [x(...dims)],
    fn: (y) =>
      offset > 0
        ? m.pad(m.slice(y, "length", 0, 8 - offset), "length", offset, 0)
        : m.pad(m.slice(y, "length", -offset), "length", 0, -offset),
  };
}
