import { dimension } from "mtf";
import { m, nn, type T } from "../tensors.ts";
import type { Builder, Builders } from "./elementwise.ts";
import { variable } from "./layers.ts";

/** The dim of a value in memory: `length` is renamed. */
const remembered = (x: T): T => m.rename(x, "length", "memory_length");

/** What the original adds to scores where nothing is to be seen. */
const hiding = (visible: T): T => m.where(visible, 0, -1e9);

const causal = (position: T): T => m.greaterEqual(position, remembered(position));
const sameSegment = (segment: T): T => m.equal(segment, remembered(segment));

/** Channels of values have a name of their own in the original. */
const dotProduct: Builder = ({ q, k, v, mask, bias }, { attributes: { extra_logit } }) => {
  const options = { over: "memory_length", within: "k", bias: mask ?? bias, extra: extra_logit };
  return m.rename(nn.attention(q, k, m.rename(v, "v", "k"), options), "k", "v");
};

const projections = (xs: Readonly<Record<string, T>>): T[] =>
  [0, 1, 2, 3].map((i) => m.at(variable(xs, "qkvo"), "qkvo", i));

const multihead: Builder = (xs) => {
  const [query, key, value, out] = projections(xs).map((weight) => ({ weight }));
  const params = { query, key, value, out };
  const options = { within: "kv", scale: 1 };
  if (xs.m) return nn.crossAttention(xs.x, xs.m, params, { over: "memory_length", ...options });
  const length = xs.x.dims.length;
  const memory = dimension("memory_length", length.size);
  const visible = xs.seg && m.and(sameSegment(xs.seg), nn.causal(length, memory));
  return nn.selfAttention(xs.x, params, { along: "length", memory, visible, ...options });
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
  const [q, k, v] = [wq, wk, wv].map((w) => m.pad(nn.linear(xs.x, w), "length", window_size, 0));
  const options = { along: "length", within: "kv", back: window_size - 1 };
  const read = m.slice(nn.localAttention(q, k, v, options), "length", window_size);
  return nn.linear(read, wo);
};

const compressed: Builder = (xs, { attributes: { compression_factor, mask_right } }) => {
  const [wq, wk, wv, wo] = projections(xs);
  const [q, k, v] = [wq, wk, wv].map((w) => nn.linear(xs.x, w));
  const read = nn.compressedAttention(q, k, v, {
    ...{ along: "length", within: "kv", factor: compression_factor, causal: mask_right },
  });
  return nn.linear(read, wo);
};

/** Writes one position's key and value into the memory and attends over what is filled. */
const incremental: Builder = (xs) => {
  const [wq, wk, wv, wo] = projections(xs);
  const { x, prev_k, prev_v, step } = xs;
  const one = dimension("memory_length", 1);
  const put = (past: T, w: T) =>
    m.dynamicUpdate(past, m.broadcast(nn.linear(x, w), one), "memory_length", step);
  const [k, v] = [put(prev_k, wk), put(prev_v, wv)];
  const visible = m.lessEqual(m.iota(k.dims.memory_length), step);
  const options = { over: "memory_length", within: "k", visible };
  return [nn.linear(nn.attention(nn.linear(x, wq), k, v, options), wo), k, v];
};

export const attention: Builders = {
  "layers.dot_product_attention": dotProduct,
  "transformer.attention.attention": dotProduct,
  "layers.multihead_attention": multihead,
  "layers.multihead_self_attention_incremental": incremental,
  "layers.attention_mask_ignore_padding": ({ ids }) => hiding(m.notEqual(remembered(ids), 0)),
  "layers.attention_mask_autoregressive": ({ pos }) => hiding(causal(pos)),
  "layers.attention_mask_same_segment": ({ seg }) => hiding(sameSegment(seg)),
  "transformer.attention.local_attention_1d": local,
  "layers.masked_local_attention_1d": maskedLocal,
  "layers.multihead_self_attention_memory_compressed": compressed,
  "transformer_layers._relative_position_bucket": bucket,
};
