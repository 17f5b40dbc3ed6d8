import { expect, it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { close, dims, drawn, given } from "./testing/given.ts";

// biome-ignore lint/suspicious/noExplicitAny: these are about numbers, the compiler is asked elsewhere
const [m, nn]: any[] = [mtf, layers];

const { batch, embd, heads, kv } = dims;

const [half, subkey, slot] = [
  mtf.dimension("half", 2),
  mtf.dimension("subkey", 4),
  mtf.dimension("slot", 16),
];
const options = {
  ...{ halves: "half", among: "subkey", within: "kv", heads: "heads", slots: "slot", nearest: 3 },
};

it("a memory of product keys reads the values whose pairs of keys fit best", async () => {
  const inputs = [drawn(batch, heads, half, kv), drawn(heads, half, subkey, kv), drawn(slot, embd)];
  const memory = (q: never, k: never, v: never) => nn.productKeyMemory(q, k, v, options);
  const all = (q: never, k: never, v: never) => {
    const scores = m.einsum(q, k, "batch", "heads", "half", "subkey");
    const [first, second] = m.unstack(scores, "half");
    const sums = m.add(first, m.rename(second, "subkey", "other"));
    const flat = m.merge(sums, ["subkey", "other"], slot);
    const least = m.nthLargest(flat, "slot", 2);
    const weights = m.softmax(m.where(m.greaterEqual(flat, least), flat, -1e30), "slot");
    return m.einsum(m.sum(weights, "heads"), v, "batch", "embd");
  };
  close(await given(memory, inputs), await given(all, inputs));
});

it("a memory of product keys has a value for each pair", () => {
  const [q, k] = [mtf.placeholder([heads, half, kv]), mtf.placeholder([heads, half, subkey, kv])];
  const few = mtf.placeholder([mtf.dimension("slot", 15), embd]);
  expect(() => nn.productKeyMemory(q, k, few, options)).toThrow("'slot' the square of 'subkey'");
});
