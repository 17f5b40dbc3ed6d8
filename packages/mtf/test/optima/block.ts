import {
  add,
  type Dimension,
  defineDims,
  einsum,
  gelu,
  layerNorm,
  mean,
  placeholder,
  rename,
  type Scalar,
  softmax,
  square,
  type Tensor,
} from "../../src/index.ts";

// One block of a transformer with few tokens and wide layers, so that it costs less to move what is
// computed than what it is computed with.

const sizes = { batch: 2, length: 32, memory: 32, embd: 256, heads: 8, kv: 32, ff: 1024 } as const;
export const dims: { readonly [Name in keyof typeof sizes]: Dimension<Name> } = defineDims(sizes);
const { batch, length, embd, heads, kv, ff } = dims;

export interface Block {
  readonly norms: readonly [Norm, Norm];
  readonly query: Tensor<"embd" | "heads" | "kv">;
  readonly key: Tensor<"embd" | "heads" | "kv">;
  readonly value: Tensor<"embd" | "heads" | "kv">;
  readonly out: Tensor<"heads" | "kv" | "embd">;
  readonly up: Tensor<"embd" | "ff">;
  readonly down: Tensor<"ff" | "embd">;
}

interface Norm {
  readonly gain: Tensor<"embd">;
  readonly bias: Tensor<"embd">;
}

type Activation = Tensor<"batch" | "length" | "embd">;
export type Heads = Tensor<"batch" | "length" | "heads" | "kv">;

const normal = (x: Activation, { gain, bias }: Norm) => layerNorm(x, gain, bias, "embd");

export function attend(query: Heads, key: Heads, value: Heads): Heads {
  const keys = rename(key, "length", "memory");
  const logits = einsum(query, keys, "batch", "heads", "length", "memory");
  const values = rename(value, "length", "memory");
  return einsum(softmax(logits, "memory"), values, "batch", "length", "heads", "kv");
}

function attention(p: Block, x: Activation): Activation {
  const [query, key, value] = [p.query, p.key, p.value].map((w) =>
    einsum(x, w, "batch", "length", "heads", "kv"),
  ) as [Heads, Heads, Heads];
  return einsum(attend(query, key, value), p.out, "batch", "length", "embd");
}

export function feedForward(p: Pick<Block, "up" | "down">, x: Activation): Activation {
  return einsum(gelu(einsum(x, p.up, "batch", "length", "ff")), p.down, "batch", "length", "embd");
}

export function block(p: Block, x: Activation): Activation {
  const attended = add(x, attention(p, normal(x, p.norms[0])));
  return add(attended, feedForward(p, normal(attended, p.norms[1])));
}

/** A number of a function's result, to have gradients of. */
export const lossOf =
  <P>(fn: (p: P, x: Activation) => Activation) =>
  (p: P, x: Activation): Scalar =>
    mean(square(fn(p, x)));

const norm = (): Norm => ({ gain: placeholder([embd]), bias: placeholder([embd]) });

export const params: Block = {
  norms: [norm(), norm()],
  query: placeholder([embd, heads, kv]),
  key: placeholder([embd, heads, kv]),
  value: placeholder([embd, heads, kv]),
  out: placeholder([heads, kv, embd]),
  up: placeholder([embd, ff]),
  down: placeholder([ff, embd]),
};

export const activation: Activation = placeholder([batch, length, embd]);
