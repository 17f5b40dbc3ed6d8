import { expect, it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { close, dims, drawn, given } from "./testing/given.ts";

// biome-ignore lint/suspicious/noExplicitAny: these are about numbers, the compiler is asked elsewhere
const [m, nn]: any[] = [mtf, layers];

const { batch, length, memory, heads, kv, embd } = dims;
const asked = () => [
  drawn(batch, length, heads, kv),
  drawn(batch, memory, heads, kv),
  drawn(batch, memory, heads, kv),
];
const over = { over: "memory", within: "kv", scale: 0.5 };

/** Attention, op by op. */
function read(change: (scores: unknown) => unknown, weigh = (x: unknown) => x) {
  return (q: never, k: never, v: never) => {
    const scores = change(m.mul(m.einsum(q, k, "batch", "length", "heads", "memory"), 0.5));
    const weights = weigh(m.softmax(scores, "memory"));
    return m.einsum(weights, v, "batch", "length", "heads", "kv");
  };
}

it("a bias is added to scores, broadcast by name", async () => {
  const inputs = asked();
  const bias = () => nn.alibi(heads, length, memory);
  const found = (q: never, k: never, v: never) => nn.attention(q, k, v, { ...over, bias: bias() });
  const wanted = read((scores) => m.add(scores, bias()));
  close(await given(found, inputs), await given(wanted, inputs));
});

it("scores and weights may be mixed from head to head", async () => {
  const mix = [0.5, 2, -1, 0, 1, 0.3, -0.7, 1, 1];
  const mixed = (x: unknown) => {
    const weight = m.constant(mix, [heads, mtf.dimension("other", 3)]);
    return m.rename(m.contract(x, weight, "heads"), "other", "heads");
  };
  const inputs = asked();
  const found = (q: never, k: never, v: never) =>
    nn.attention(q, k, v, { ...over, scores: mixed, weights: mixed });
  close(await given(found, inputs), await given(read(mixed, mixed), inputs));
});

it("cross attention to oneself is self attention", async () => {
  const params = [drawn(heads, kv, embd), drawn(heads, kv, embd), drawn(heads, kv, embd)];
  const inputs = [drawn(batch, length, embd), ...params, drawn(heads, kv, embd)];
  const there = mtf.dimension("there", 12);
  const named = (weights: readonly unknown[]) => {
    const [query, key, value, out] = weights.map((weight) => ({ weight }));
    return { query, key, value, out };
  };
  const visible = () => nn.causal(length, there);
  const self = (x: never, ...weights: never[]) =>
    nn.selfAttention(x, named(weights), {
      ...{ along: "length", memory: there, within: "kv", visible: visible() },
    });
  const cross = (x: never, ...weights: never[]) =>
    nn.crossAttention(x, m.rename(x, "length", "there"), named(weights), {
      ...{ over: "there", within: "kv", visible: visible() },
    });
  close(await given(cross, inputs), await given(self, inputs));
});

it("a bias with a dim that scores lack is refused, and a mask of another function", () => {
  const [q, k] = [mtf.placeholder([length, kv]), mtf.placeholder([memory, kv])];
  const bias = mtf.placeholder([heads, memory]);
  const attend = (more: object) => () => nn.attention(q, k, k, { ...over, ...more });
  expect(attend({ bias })).toThrow("'options.bias' has a dim 'heads', and scores have none");
  expect(attend({ scores: 2 })).toThrow("options.scores");
  expect(attend({ score: 2 })).toThrow("score");
});
