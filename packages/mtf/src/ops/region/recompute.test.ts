import { describe, expect, it } from "vitest";
import { numbers } from "../../../test/numeric.ts";
import type { Scalar, Tensor } from "../../graph/tensor.ts";
import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  gelu,
  grad,
  lower,
  mean,
  memoryPlan,
  placeholder,
  recompute,
  sgd,
  softmax,
  square,
  tanh,
  valueAndGrad,
} from "../../index.ts";
import { simulator } from "../../simulator.ts";

const dims = defineDims({ batch: 64, embd: 4, ff: 16 });
const { batch, embd, ff } = dims;
const blocks = 6;
const up = Array.from({ length: blocks }, () => placeholder([embd, ff]));
const x = placeholder([batch, embd]);
const mesh = defineMesh({ x: 2 });
type Rules = { batch?: "x"; ff?: "x"; embd?: "x" };

/** A step of a deep net, each of whose blocks is kept or computed again. */
function step(around: typeof recompute, rules: Rules, stored: Rules = {}) {
  const block = around((w: Tensor<"embd" | "ff">, h: typeof x) =>
    add(h, einsum(tanh(gelu(einsum(h, w, "batch", "ff"))), w, "batch", "embd")),
  );
  const loss = (ws: typeof up, h: typeof x) => {
    let at: Tensor<"batch" | "embd"> = h;
    for (const w of ws) at = block(w, at);
    return mean(square(at));
  };
  const fn = (ws: typeof up, h: typeof x) => {
    const [value, gradient] = valueAndGrad(loss)(ws, h);
    return [sgd(ws, gradient, { rate: 0.5 }), value] as const;
  };
  const storage = Object.keys(stored).length > 0 ? { storage: { "0": stored } } : {};
  const layout = defineLayout({ dims, mesh, rules, ...storage } as never);
  return lower(fn, { layout, inputs: [up, x] as const });
}
const kept = ((fn: unknown) => fn) as typeof recompute;

it("needs less memory at its peak", () => {
  for (const rules of [{}, { batch: "x" }, { ff: "x" }] as const) {
    const [less, more] = [recompute, kept].map((around) => {
      const { peakBytes, inputBytes, outputBytes } = memoryPlan(step(around, rules).program);
      return peakBytes - inputBytes - outputBytes;
    });
    expect(less!).toBeLessThan(more! / 2);
  }
});

it("gives the same losses to the bit, step after step", async () => {
  const cases: readonly (readonly [Rules, Rules])[] = [
    [{}, {}],
    [{ batch: "x" }, {}],
    [{ ff: "x" }, {}],
    [{ batch: "x" }, { embd: "x" }],
  ];
  for (const [rules, stored] of cases) {
    const devices = await simulator(mesh, { backend: "wasm" });
    const losses = [];
    for (const around of [recompute, kept]) {
      const run = await devices.load(step(around, rules, stored));
      let ws: unknown = up.map((_, i) => Float32Array.from(numbers(64, i + 1)));
      const seen: number[] = [];
      for (let i = 0; i < 4; i++) {
        const [next, value] = await run(ws as never, Float32Array.from(numbers(256, 9)) as never);
        seen.push(await value.number());
        ws = next;
      }
      losses.push(seen);
    }
    expect(losses[0]).toEqual(losses[1]);
    expect(new Set(losses[0]).size).toBe(4);
    await devices.close();
  }
});

describe("adds up in the same order", () => {
  const { row, other, inner } = defineDims({ row: 32, other: 32, inner: 64 });
  const given = [
    placeholder([row, other]),
    placeholder([other, inner]),
    placeholder([inner, embd]),
  ] as const;
  type Given = typeof given;
  const layout = defineLayout({
    dims: { row, other, inner, embd },
    mesh: defineMesh({ x: 4 }),
    rules: { inner: "x" },
  });
  // Where only the number of collectives counts, nothing gains by being split otherwise.
  const machine = { flops: 1e30, memory: 1e30, link: { bandwidth: 1e30, latency: 1 } };
  const made = (memory: Given[1], w: Given[2]) => einsum(memory, w, "other", "embd");
  const read = (logits: Given[0], values: Tensor<"other" | "embd">) =>
    einsum(softmax(logits, "other"), values, "row", "embd");

  const bitsOf = async (loss: (...all: Given) => Scalar, of: "all" | "weights") => {
    const fn = (...all: Given) => {
      const [logits, memory, w] = all;
      if (of === "all") return grad((every: Given) => loss(...every))(all);
      return [grad((own: Given[2]) => loss(logits, memory, own))(w)];
    };
    const devices = await simulator(layout.mesh, { backend: "wasm" });
    const run = await devices.load(lower(fn, { layout, inputs: given, machine }));
    const [logits, memory, w] = [32 * 32, 32 * 64, 64 * 4].map((n, i) =>
      Float32Array.from(numbers(n, i + 1)),
    );
    const gradients = await run(logits!, memory!, w!);
    const bits = await Promise.all(gradients.map((g) => g.read()));
    await devices.close();
    return bits;
  };

  it("where only what is computed backward reads a sum again", async () => {
    const lossBy =
      (around: typeof recompute) =>
      (...all: Given): Scalar => {
        const block = around((...[logits, memory, w]: Given) => read(logits, made(memory, w)));
        return mean(square(block(...all)));
      };
    expect(await bitsOf(lossBy(recompute), "all")).toEqual(await bitsOf(lossBy(kept), "all"));
  });

  it("where a sum that is owed goes in", async () => {
    const lossBy =
      (around: typeof recompute) =>
      (...[logits, memory, w]: Given): Scalar =>
        mean(square(around(read)(logits, made(memory, w))));
    const [again, once] = [lossBy(recompute), lossBy(kept)];
    expect(await bitsOf(again, "weights")).toEqual(await bitsOf(once, "weights"));
  });
});
