import { describe, expect, expectTypeOf, it } from "vitest";
import type { AdamState, Scalar, Tensor } from "../src/index.ts";
import * as mtf from "../src/index.ts";
import type { Fed, SimulatorOptions, Source } from "../src/simulator.ts";
import type { WorkersOptions } from "../src/workers.ts";

const dims = mtf.defineDims({ batch: 4, length: 3, embd: 6, heads: 2, kv: 3, vocab: 5, micro: 2 });
const { batch, length, embd, heads, kv, vocab, micro } = dims;
const x = mtf.placeholder([batch, length, embd]);
const w = mtf.placeholder([embd, vocab]);
const bias = mtf.placeholder([embd]);
const token = mtf.placeholder([batch, length], "int32");
const one = mtf.placeholder();

describe("types follow the names", () => {
  it("through elementwise functions", () => {
    expectTypeOf(mtf.add(x, bias)).toEqualTypeOf<Tensor<"batch" | "length" | "embd">>();
    expectTypeOf(mtf.add(bias, x)).toEqualTypeOf<Tensor<"batch" | "length" | "embd">>();
    expectTypeOf(mtf.mul(x, w)).toEqualTypeOf<Tensor<"batch" | "length" | "embd" | "vocab">>();
    expectTypeOf(mtf.sub(1, bias)).toEqualTypeOf<Tensor<"embd">>();
    expectTypeOf(mtf.div(one, x)).toEqualTypeOf<Tensor<"batch" | "length" | "embd">>();
    expectTypeOf(mtf.mul(one, 2)).toEqualTypeOf<Scalar>();
    expectTypeOf(mtf.add(token, 1)).toEqualTypeOf<Tensor<"batch" | "length", "int32">>();
    expectTypeOf(mtf.less(x, bias)).toEqualTypeOf<Tensor<"batch" | "length" | "embd", "bool">>();
    expectTypeOf(mtf.isFinite(one)).toEqualTypeOf<Scalar<"bool">>();
    expectTypeOf(mtf.where(mtf.less(bias, 0), x, 0)).toEqualTypeOf<
      Tensor<"batch" | "length" | "embd">
    >();
    expectTypeOf(mtf.cast(token, "float32")).toEqualTypeOf<Tensor<"batch" | "length">>();
  });

  it("through reductions", () => {
    expectTypeOf(mtf.sum(x)).toEqualTypeOf<Scalar>();
    expectTypeOf(mtf.mean(x, "batch", length)).toEqualTypeOf<Tensor<"embd">>();
    expectTypeOf(mtf.max(token, "length")).toEqualTypeOf<Tensor<"batch", "int32">>();
    expectTypeOf(mtf.all(mtf.less(x, 0))).toEqualTypeOf<Scalar<"bool">>();
    expectTypeOf(mtf.logsumexp(x, "embd")).toEqualTypeOf<Tensor<"batch" | "length">>();
    expectTypeOf(mtf.argmax(x, "embd")).toEqualTypeOf<Tensor<"batch" | "length", "int32">>();
  });

  it("through products and movements", () => {
    expectTypeOf(mtf.einsum(x, w, "batch", "length", "vocab")).toEqualTypeOf<
      Tensor<"batch" | "length" | "vocab">
    >();
    expectTypeOf(mtf.einsum(bias, bias)).toEqualTypeOf<Scalar>();
    expectTypeOf(mtf.einsum([x, w, bias], ["batch", "length", "vocab"])).toEqualTypeOf<
      Tensor<"batch" | "length" | "vocab">
    >();
    expectTypeOf(mtf.contract(x, w, "embd")).toEqualTypeOf<Tensor<"batch" | "length" | "vocab">>();
    expectTypeOf(mtf.rename(x, "length", "memory")).toEqualTypeOf<
      Tensor<"batch" | "memory" | "embd">
    >();
    expectTypeOf(mtf.split(x, "embd", [heads, kv])).toEqualTypeOf<
      Tensor<"batch" | "length" | "heads" | "kv">
    >();
    expectTypeOf(mtf.merge(mtf.split(x, "embd", [heads, kv]), ["heads", "kv"], embd)).toEqualTypeOf<
      Tensor<"batch" | "length" | "embd">
    >();
    expectTypeOf(mtf.broadcast(bias, batch)).toEqualTypeOf<Tensor<"batch" | "embd">>();
    expectTypeOf(mtf.gather(w, token, "vocab")).toEqualTypeOf<
      Tensor<"batch" | "length" | "embd">
    >();
    const place = mtf.placeholder([batch], "int32");
    expectTypeOf(mtf.dynamicSlice(x, "length", place, 2)).toEqualTypeOf<typeof x>();
    expectTypeOf(mtf.dynamicSlice(x, length, mtf.fill([], 1, "int32"), 2)).toEqualTypeOf<
      typeof x
    >();
    expectTypeOf(mtf.dynamicUpdate(x, x, "length", place)).toEqualTypeOf<typeof x>();
    const row = mtf.placeholder([batch, embd]);
    const spare = mtf.placeholder([vocab, length, embd]);
    const both = { vocab: place, length: place };
    expectTypeOf(mtf.scatter(spare, row, both)).toEqualTypeOf<typeof spare>();
    // @ts-expect-error the position has a dim that the tensor lacks
    expect(() => mtf.dynamicSlice(bias, "embd", place, 2)).toThrow("'batch'");
    // @ts-expect-error the rows lack a dim of the ids
    expect(() => mtf.scatter(spare, bias, both)).toThrow("'batch'");
    expectTypeOf(mtf.oneHot(token, vocab)).toEqualTypeOf<Tensor<"batch" | "length" | "vocab">>();
    expectTypeOf(mtf.zeros([batch, embd])).toEqualTypeOf<Tensor<"batch" | "embd">>();
    expectTypeOf(mtf.fill([], 1)).toEqualTypeOf<Scalar>();
    expectTypeOf(mtf.iota(batch)).toEqualTypeOf<Tensor<"batch", "int32">>();
  });

  it("through gradients, optimizers and loops", () => {
    const params = { w, blocks: [{ bias }] };
    type Params = typeof params;
    const loss = (p: Params, given: typeof x, labels: typeof token): Scalar => {
      const hidden = mtf.layerNorm(given, p.blocks[0]!.bias, p.blocks[0]!.bias, "embd");
      const logits = mtf.einsum(hidden, p.w, "batch", "length", "vocab");
      return mtf.mean(mtf.softmaxCrossEntropy(logits, labels, "vocab"));
    };
    const [value, gradient] = mtf.valueAndGrad(loss)(params, x, token);
    expectTypeOf(value).toEqualTypeOf<Scalar>();
    expectTypeOf(gradient).toEqualTypeOf<Params>();
    const state = mtf.adamState(params);
    expectTypeOf(mtf.adam(state, gradient, { rate: 1e-3 })).toEqualTypeOf<AdamState<Params>>();

    const parts = mtf.broadcast(x, micro);
    const sums = mtf.accumulate(
      micro,
      (part, index) => {
        expectTypeOf(part).toEqualTypeOf<Tensor<"batch" | "length" | "embd">>();
        expectTypeOf(index).toEqualTypeOf<Scalar<"int32">>();
        return mtf.valueAndGrad(loss)(params, part, token);
      },
      parts,
      mtf.iota(micro),
    );
    expectTypeOf(sums[1]).toEqualTypeOf<Params>();
    const each = mtf.mapOver(micro, (part) => ({ total: mtf.sum(part) }), parts);
    expectTypeOf(each.total).toEqualTypeOf<Tensor<"micro">>();
  });

  it("through loops that carry, and branches", () => {
    const start = mtf.zeros([batch, embd]);
    const small = mtf.less(one, 1);
    const [last, all] = mtf.scan(
      length,
      (carry, now, index) => {
        expectTypeOf(now).toEqualTypeOf<Tensor<"batch" | "embd">>();
        expectTypeOf(index).toEqualTypeOf<Scalar<"int32">>();
        return [mtf.add(carry, now), { total: mtf.sum(now, "embd") }] as const;
      },
      start,
      x,
    );
    expectTypeOf(last).toEqualTypeOf<Tensor<"batch" | "embd">>();
    expectTypeOf(all.total).toEqualTypeOf<Tensor<"length" | "batch">>();

    const state = mtf.whileLoop(
      ({ round }) => mtf.less(round, 3),
      ({ h, round }) => ({ h: mtf.tanh(h), round: mtf.add(round, 1) }),
      { h: x, round: mtf.constant(0, [], "int32") },
    );
    expectTypeOf(state.h).toEqualTypeOf<typeof x>();
    expectTypeOf(state.round).toEqualTypeOf<Scalar<"int32">>();
    // @ts-expect-error a condition is a bool
    expect(() => mtf.whileLoop(() => one, mtf.tanh, x)).toThrow(/dtype-mismatch/);
    const lesser = (h: typeof x) => mtf.sum(h, "embd");
    // @ts-expect-error a state keeps its dims
    expect(() => mtf.whileLoop(() => small, lesser, x)).toThrow(/bad-result/);

    const either = mtf.cond(
      mtf.greater(one, 0),
      (given) => ({ y: mtf.exp(given) }),
      (given) => ({ y: given }),
      x,
    );
    expectTypeOf(either.y).toEqualTypeOf<typeof x>();
    // @ts-expect-error a predicate is a bool
    expect(() => mtf.cond(one, mtf.exp, mtf.tanh, x)).toThrow(/dtype-mismatch/);

    const [y1, y2] = mtf.reversible([(h) => mtf.tanh(h)], x, x);
    expectTypeOf(y1).toEqualTypeOf<typeof x>();
    expectTypeOf(y2).toEqualTypeOf<typeof x>();
  });

  it("in layers that are generic in the dims they do not know", () => {
    function norm<Rest extends string>(
      given: Tensor<Rest | "embd">,
      gain: Tensor<"embd">,
    ): Tensor<Rest | "embd"> {
      const scaled = mtf.mul(mtf.layerNorm(given, gain, gain, "embd"), gain);
      return mtf.add(given, mtf.gelu(scaled));
    }
    expectTypeOf(norm(x, bias)).toEqualTypeOf<Tensor<"batch" | "length" | "embd">>();
  });

  it("in layers that are generic in a dim they are told", () => {
    function convolve<I extends string>(
      given: Tensor<"batch" | "tap" | I>,
      kernel: Tensor<"tap" | "out" | I>,
      i: mtf.Dimension<I>,
      name: I,
    ) {
      // @ts-expect-error only one of them has it
      void (() => mtf.contract(given, kernel, "batch"));
      const bias: Tensor<"out" | I> = mtf.zeros([mtf.dimension("out", 2), i]);
      expectTypeOf(mtf.sum(given, "tap", name)).toEqualTypeOf(mtf.sum(given, "tap", i));
      expectTypeOf(mtf.broadcast(bias, batch)).toEqualTypeOf<Tensor<"out" | "batch" | I>>();
      expectTypeOf(mtf.contract(given, kernel, "tap", name)).toEqualTypeOf(
        mtf.contract(given, kernel, "tap", i),
      );
      return mtf.contract(given, kernel, "tap", i);
    }
    const [tap, out, input] = [2, 3, 4];
    const sizes = mtf.defineDims({ tap, out, input });
    const given = mtf.placeholder([batch, sizes.tap, sizes.input]);
    const kernel = mtf.placeholder([sizes.tap, sizes.out, sizes.input]);
    expectTypeOf(convolve(given, kernel, sizes.input, "input")).toEqualTypeOf<
      Tensor<"batch" | "out">
    >();
  });

  it("in layers that rename and split what they are given", () => {
    function causal<Rest extends string>(
      given: Tensor<Rest | "length" | "embd">,
      memory: mtf.Dimension<"memory">,
    ): Tensor<Rest | "length" | "embd"> {
      // @ts-expect-error nobody says that the rest has it
      void (() => mtf.mean(given, "heads"));
      const keys = mtf.rename(given, "length", memory);
      const weights = mtf.softmax(mtf.contract(given, keys, "embd"), "memory");
      const parts = mtf.split(mtf.contract(weights, keys, "memory"), "embd", [heads, kv]);
      return mtf.named(mtf.merge(parts, ["heads", "kv"], embd), given.names);
    }
    expectTypeOf(causal(x, mtf.dimension("memory", 3))).toEqualTypeOf<
      Tensor<"batch" | "length" | "embd">
    >();
  });

  it("as far as they are known", () => {
    const anyNames: readonly string[] = x.names;
    const some = mtf.named(x, anyNames);
    expectTypeOf(some).toEqualTypeOf<Tensor<string>>();
    expectTypeOf(mtf.rename(some, "length", "memory")).toEqualTypeOf<Tensor<string>>();
    expectTypeOf(mtf.sum(some, ...some.names.slice(1))).toEqualTypeOf<Tensor<string>>();
    expectTypeOf(mtf.logsumexp(some, some.names[0]!)).toEqualTypeOf<Tensor<string>>();
    expectTypeOf(mtf.contract(some, w, "embd")).toEqualTypeOf<Tensor<string>>();
    expectTypeOf(mtf.sum(some)).toEqualTypeOf<Scalar>();
    expectTypeOf(mtf.named(some, ["length", batch, "embd"])).toEqualTypeOf<
      Tensor<"batch" | "length" | "embd">
    >();
    // @ts-expect-error any names are not these
    some satisfies Tensor<"batch">;
    // @ts-expect-error these are not any
    x satisfies Tensor<string>;
  });

  it("through options that are handed on, and may be undefined", () => {
    type Handed = {
      readonly gate?: Scalar<"bool">;
      readonly beta1?: number;
      readonly backend?: "wasm";
      readonly begin?: number;
    };
    const { gate, beta1, backend, begin }: Handed = {};
    ({ rate: 1, gate, beta1 }) satisfies mtf.AdamOptions;
    ({ begin, end: 1, floor: begin }) satisfies mtf.DecayOptions;
    ({ backend, stagingBytes: begin }) satisfies SimulatorOptions;
    ({ backend, force: undefined }) satisfies WorkersOptions;
    const step = mtf.sgd({ w }, { w }, { rate: 1, gate });
    expectTypeOf(step).toEqualTypeOf<{ w: typeof w }>();
  });

  it("down to what a run is given: a number for scalars alone", () => {
    expectTypeOf<Extract<Fed<Scalar>, number>>().toEqualTypeOf<number>();
    expectTypeOf<Extract<Fed<Tensor<"batch">>, number>>().toEqualTypeOf<never>();
    expectTypeOf<Extract<Fed<mtf.AnyTensor>, Source>>().toEqualTypeOf<Source>();
  });
});
