import { dimension } from "../../../src/index.ts";
import { at, contracted, m, names, nn, sizeOf, type T } from "../tensors.ts";
import type { Builder, Builders } from "./elementwise.ts";
import { variable } from "./layers.ts";
import { softmax } from "./reduce.ts";

const never = -1e9;

const hidden = (condition: T): T => m.mul(m.cast(condition, "float32"), never);

/** The dim of a value in memory: `length` and what belongs to it are renamed. */
const remembered = (x: T): T => m.rename(x, "length", "memory_length");

interface Parts {
  readonly q: T;
  readonly k: T;
  readonly v: T;
  readonly bias?: T;
  readonly extra?: number;
}

/** Attention without scaling: softmax over `memory_length` of q · k + bias, times v. */
function attend({ q, k, v, bias, extra }: Parts, key: string): T {
  const logits = contracted([q, k], [key]);
  const weights = softmax(bias ? m.add(logits, bias) : logits, "memory_length", extra);
  return contracted([weights, v], ["memory_length"]);
}

const dotProduct: Builder = ({ q, k, v, mask, bias }, { attributes: { extra_logit } }) =>
  attend({ q, k, v, bias: mask ?? bias, extra: extra_logit }, "k");

const causal = (position: T): T => hidden(m.less(position, remembered(position)));
const segments = (segment: T): T => hidden(meetingNotEqual(segment, remembered(segment)));

function meetingNotEqual(a: T, b: T): T {
  return m.notEqual(a, b);
}

/** A vector of positions against itself in memory shares no dim with it. */
function compared(fn: string, dim: string, size: number, offset = 0): T {
  const here = m.iota(dimension(dim, size));
  const there = m.add(m.iota(dimension("memory_length", size)), offset);
  return m[fn](m.broadcast(here, dimension("memory_length", size)), there);
}

const projections = (xs: Readonly<Record<string, T>>): T[] =>
  [0, 1, 2, 3].map((i) => at(variable(xs, "qkvo"), "qkvo", i));

const multihead: Builder = (xs, { attributes: { mask } }) => {
  const [wq, wk, wv, wo] = projections(xs);
  const memory = xs.m ?? remembered(xs.x);
  const bias =
    mask === undefined
      ? undefined
      : m.add(segments(xs.seg), hidden(compared("less", "length", sizeOf(xs.x, "length"))));
  const q = contracted([xs.x, wq], ["io"]);
  const [k, v] = [wk, wv].map((w) => contracted([memory, w], ["io"]));
  // q and k share their channels, v has them too: of the product only heads and channels go.
  const weights = softmax(
    bias ? m.add(contracted([q, k], ["kv"]), bias) : contracted([q, k], ["kv"]),
    "memory_length",
  );
  return contracted([contracted([weights, v], ["memory_length"]), wo], ["heads", "kv"]);
};

/** Which positions see which: those less than `radius` back, and as many ahead unless causal. */
const local: Builder = ({ q, k, v, sequence_id }, { attributes }) => {
  const { radius, fully_autoregressive } = attributes;
  const read = nn.localAttention(q, k, m.rename(v, "v", "k"), {
    ...{ along: "length", within: "k", back: radius - 1, ahead: fully_autoregressive ? 0 : radius },
    segment: sequence_id,
  });
  return m.rename(read, "k", "v");
};

const bucket: Builder = ({ relative_position }, { attributes }) => {
  const { bidirectional, num_buckets, max_distance } = attributes;
  const options = { bidirectional, buckets: num_buckets, farthest: max_distance };
  return nn.relativeBuckets(relative_position, options);
};

/** Positions before the start are keys and values of zeros, which the original looks at as well. */
const maskedLocal: Builder = (xs, { attributes: { window_size } }) => {
  const [wq, wk, wv, wo] = projections(xs);
  const [q, k, v] = [wq, wk, wv].map((w) =>
    m.pad(contracted([xs.x, w], ["io"]), "length", window_size, 0),
  );
  const options = { along: "length", within: "kv", back: window_size - 1 };
  const read = m.slice(nn.localAttention(q, k, v, options), "length", window_size);
  return contracted([read, wo], ["heads", "kv"]);
};

const compressed: Builder = (xs, { attributes: { compression_factor, mask_right } }) => {
  const [wq, wk, wv, wo] = projections(xs);
  const [q, k, v] = [wq, wk, wv].map((w) => contracted([xs.x, w], ["io"]));
  const read = nn.compressedAttention(q, k, v, {
    ...{ along: "length", within: "kv", factor: compression_factor, causal: mask_right },
  });
  return contracted([read, wo], ["heads", "kv"]);
};

/** Writes one position's key and value into the memory and attends over what is filled. */
const incremental: Builder = (xs) => {
  const [wq, wk, wv, wo] = projections(xs);
  const { x, prev_k, prev_v, step } = xs;
  const memory = dimension("memory_length", sizeOf(prev_k, "memory_length"));
  const key = names(prev_k).at(-1)!;
  const now = m.equal(m.iota(memory), step);
  const put = (past: T, w: T) => m.where(now, contracted([x, w], ["io"]), past);
  const [k, v] = [put(prev_k, wk), put(prev_v, wv)];
  const weights = softmax(
    m.add(
      contracted([contracted([x, wq], ["io"]), k], [key]),
      hidden(m.greater(m.iota(memory), step)),
    ),
    "memory_length",
  );
  const y = contracted([contracted([weights, v], ["memory_length"]), wo], ["heads", key]);
  return [y, k, v];
};

export const attention: Builders = {
  "layers.dot_product_attention": dotProduct,
  "transformer.attention.attention": dotProduct,
  "layers.multihead_attention": multihead,
  "layers.multihead_self_attention_incremental": incremental,
  "layers.attention_mask_ignore_padding": ({ ids }) => hidden(m.equal(remembered(ids), 0)),
  "layers.attention_mask_autoregressive": ({ pos }) => causal(pos),
  "layers.attention_mask_same_segment": ({ seg }) => segments(seg),
  "transformer.attention.local_attention_1d": local,
  "layers.masked_local_attention_1d": maskedLocal,
  "layers.multihead_self_attention_memory_compressed": compressed,
  "transformer_layers._relative_position_bucket": bucket,
};
