import {
  type AdamState,
  adam,
  add,
  broadcast,
  cast,
  clipByGlobalNorm,
  contract,
  type Dimension,
  defineDims,
  div,
  einsum,
  gather,
  gelu,
  iota,
  layerNorm,
  lessEqual,
  notEqual,
  placeholder,
  rename,
  type Scalar,
  slice,
  softmax,
  softmaxCrossEntropy,
  sum,
  type Tensor,
  valueAndGrad,
  where,
} from "../../src/index.ts";

/** Small, all sizes different, so that a shape tells what a value is. */
const sizes = {
  batch: 4,
  length: 8,
  memory_length: 8,
  position: 12,
  embd: 16,
  heads: 2,
  kv: 6,
  ff: 32,
  vocab: 20,
} as const;
export const dims: { readonly [Name in keyof typeof sizes]: Dimension<Name> } = defineDims(sizes);
const { batch, length, memory_length, position, embd, heads, kv, ff, vocab } = dims;

export interface Block {
  readonly attentionNorm: Norm;
  readonly query: Tensor<"embd" | "heads" | "kv">;
  readonly key: Tensor<"embd" | "heads" | "kv">;
  readonly value: Tensor<"embd" | "heads" | "kv">;
  readonly out: Tensor<"heads" | "kv" | "embd">;
  readonly outBias: Tensor<"embd">;
  readonly feedNorm: Norm;
  readonly up: Tensor<"embd" | "ff">;
  readonly upBias: Tensor<"ff">;
  readonly down: Tensor<"ff" | "embd">;
  readonly downBias: Tensor<"embd">;
}

interface Norm {
  readonly gain: Tensor<"embd">;
  readonly bias: Tensor<"embd">;
}

export interface Params {
  readonly tokens: Tensor<"vocab" | "embd">;
  readonly positions: Tensor<"position" | "embd">;
  readonly blocks: readonly [Block, Block];
  readonly norm: Norm;
}

type Activation = Tensor<"batch" | "length" | "embd">;

function attention(p: Block, x: Activation): Activation {
  const memory = rename(x, "length", "memory_length");
  const query = contract(x, p.query, "embd");
  const key = contract(memory, p.key, "embd");
  const value = contract(memory, p.value, "embd");
  const seen = lessEqual(broadcast(iota(memory_length), length), iota(length));
  const logits = einsum(query, key, "batch", "heads", "length", "memory_length");
  const weights = softmax(where(seen, logits, -1e9), "memory_length");
  const read = einsum(weights, value, "batch", "heads", "length", "kv");
  return add(einsum(read, p.out, "batch", "length", "embd"), p.outBias);
}

function feedForward(p: Block, x: Activation): Activation {
  const h = gelu(add(einsum(x, p.up, "batch", "length", "ff"), p.upBias));
  return add(einsum(h, p.down, "batch", "length", "embd"), p.downBias);
}

const normal = (x: Activation, p: Norm): Activation => layerNorm(x, p.gain, p.bias, "embd");

/** The mean cross-entropy of the tokens whose label is not -1. */
export function loss(
  p: Params,
  token: Tensor<"batch" | "length", "int32">,
  label: Tensor<"batch" | "length", "int32">,
): Scalar {
  const place = rename(slice(p.positions, "position", 0, length.size), "position", "length");
  let x: Activation = add(gather(p.tokens, token, "vocab"), place);
  for (const block of p.blocks) {
    x = add(x, attention(block, normal(x, block.attentionNorm)));
    x = add(x, feedForward(block, normal(x, block.feedNorm)));
  }
  const logits = einsum(normal(x, p.norm), p.tokens, "batch", "length", "vocab");
  const counted = notEqual(label, -1);
  const losses = softmaxCrossEntropy(logits, label, "vocab");
  return div(sum(losses), sum(cast(counted, "float32")));
}

export const forwardBackward = (
  p: Params,
  token: Tensor<"batch" | "length", "int32">,
  label: Tensor<"batch" | "length", "int32">,
): readonly [Scalar, Params] => valueAndGrad(loss)(p, token, label);

/** One step of Adam with the gradient clipped by its global norm. */
export function step(
  state: AdamState<Params>,
  token: Tensor<"batch" | "length", "int32">,
  label: Tensor<"batch" | "length", "int32">,
): readonly [AdamState<Params>, Scalar] {
  const [value, gradient] = forwardBackward(state.params, token, label);
  const { clipped } = clipByGlobalNorm(gradient, 1);
  return [adam(state, clipped, { rate: 1e-3 }), value];
}

/** One step of Adam as it comes. */
export function plainStep(
  state: AdamState<Params>,
  token: Tensor<"batch" | "length", "int32">,
  label: Tensor<"batch" | "length", "int32">,
): readonly [AdamState<Params>, Scalar] {
  const [value, gradient] = forwardBackward(state.params, token, label);
  return [adam(state, gradient, { rate: 1e-3 }), value];
}

const norm = (): Norm => ({ gain: placeholder([embd]), bias: placeholder([embd]) });

const block = (): Block => ({
  attentionNorm: norm(),
  query: placeholder([embd, heads, kv]),
  key: placeholder([embd, heads, kv]),
  value: placeholder([embd, heads, kv]),
  out: placeholder([heads, kv, embd]),
  outBias: placeholder([embd]),
  feedNorm: norm(),
  up: placeholder([embd, ff]),
  upBias: placeholder([ff]),
  down: placeholder([ff, embd]),
  downBias: placeholder([embd]),
});

export const params = (): Params => ({
  tokens: placeholder([vocab, embd]),
  positions: placeholder([position, embd]),
  blocks: [block(), block()],
  norm: norm(),
});

export const state = (): AdamState<Params> => ({
  params: params(),
  mean: params(),
  variance: params(),
  step: placeholder([], "int32"),
});

export const tokens = (): Tensor<"batch" | "length", "int32"> =>
  placeholder([batch, length], "int32");
