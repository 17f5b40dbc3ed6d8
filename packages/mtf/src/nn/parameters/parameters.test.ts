import { expect, it } from "vitest";
import { compute } from "../../../test/numeric.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  gelu,
  isTensor,
  key,
  leavesOf,
  lower,
  mean,
  placeholder,
  scan,
  sgd,
  sigmoid,
  silu,
  square,
  sub,
  tanh,
  valueAndGrad,
  zeros,
} from "../../index.ts";
import {
  attentionParams,
  batchNorm,
  batchNormParams,
  beginningAs,
  byPath,
  causal,
  constantly,
  convolutionBlock,
  convolutionParams,
  dense,
  denseParams,
  embedding,
  embeddingParams,
  evenly,
  expertParams,
  feedForward,
  feedForwardParams,
  gatedFeedForward,
  gatedFeedForwardParams,
  gru,
  gruParams,
  initialValues,
  layerNormParams,
  lstm,
  lstmParams,
  mixtureOfExperts,
  normally,
  placeholdersOf,
  rmsNorm,
  rmsNormParams,
  scaleNorm,
  scaleNormParams,
  selfAttention,
  separableConvolution,
  separableConvolutionParams,
  switchRouter,
  unitEinsum,
  varianceScaling,
} from "../../nn.ts";
import { layerNorm } from "../../ops/layerNorm/layerNorm.ts";
import { simulator } from "../../simulator.ts";

const dims = defineDims({
  ...{ batch: 4, length: 6, memory: 6, embd: 8, ff: 12, heads: 2, kv: 4, vocab: 9, expert: 4 },
  ...{ hidden: 5, hidden_in: 5, tap: 3, wide: 400, deep: 300 },
});
const { batch, length, memory, embd, ff, heads, kv, vocab, expert } = dims;
const { hidden, hidden_in, tap, wide, deep } = dims;

const network = {
  words: embeddingParams(vocab, embd, normally({ std: 0.5 })),
  norms: [layerNormParams(embd), rmsNormParams(embd), scaleNormParams(), batchNormParams([embd])],
  attention: attentionParams(embd, heads, kv),
  ff: feedForwardParams(embd, ff),
  gated: gatedFeedForwardParams(embd, ff),
  experts: expertParams(embd, expert, ff),
  block: convolutionParams([tap], embd, dimension("filter", 8)),
  apart: separableConvolutionParams([tap], embd, dimension("filter", 8)),
  gru: gruParams({ input: embd, hidden, from: hidden_in }),
  lstm: lstmParams({ input: embd, hidden, from: hidden_in }),
  out: denseParams([hidden], [vocab]),
} as const;

type Network = ReturnType<typeof initial>;
const initial = () => initialValues(key(7), network);
type Now = Tensor<"batch" | "embd">;

/** All layers, one after the other. */
function logits(p: Network, token: Tensor<"batch" | "length", "int32">) {
  let x = embedding(token, p.words, "vocab");
  const [layer, rms, scale, batches] = p.norms;
  x = layerNorm(x, layer.gain, layer.bias, "embd");
  const visible = causal(length, memory);
  const attended = selfAttention(x, p.attention, {
    along: "length",
    memory,
    within: "kv",
    visible,
  });
  x = add(x, attended);
  x = add(x, feedForward(rmsNorm(x, rms.gain, "embd"), p.ff.up, p.ff.down, gelu));
  const { gate, up, down } = p.gated;
  x = add(x, gatedFeedForward(scaleNorm(x, scale.scale, "embd"), gate, up, down, silu));
  const router = switchRouter();
  x = add(x, mixtureOfExperts(x, p.experts, { router, tokens: "length" }).output);
  const along = { length: "tap" } as const;
  const wideX = convolutionBlock(x, p.block, along, { over: "embd", activation: tanh });
  const apart = separableConvolution(x, p.apart.each, p.apart.point, along);
  const mixed = add(wideX, apart);
  const back = batchNorm(x, batches.average, batches.affine);
  const weights = { gates: "gate", from: "hidden_in" } as const;
  const none = zeros([batch, hidden]);
  const [, slow] = scan(
    length,
    (h, now: Now) => {
      const next = gru(h, now, { ...p.gru, ...weights });
      return [next, next];
    },
    none,
    back,
  );
  const [, fast] = scan(
    length,
    (s, now: Now) => {
      const next = lstm(s, now, { ...p.lstm, ...weights });
      return [next, next.hidden];
    },
    { hidden: none, cell: none },
    back,
  );
  const total = add(add(slow, fast), mean(sigmoid(mixed), "filter"));
  return dense(total as Tensor<"batch" | "length" | "hidden">, p.out);
}

async function trained(rules: object): Promise<number[]> {
  const mesh = defineMesh({ data: 2, model: 2 });
  const layout = defineLayout({ dims, mesh, rules: rules as never });
  const begin = lower(initial, { layout, inputs: [] });
  const token = placeholder([batch, length], "int32");
  const step = (p: Network, ids: typeof token) => {
    const wanted = initialValues(key(8), embeddingParams(vocab, dimension("vocab2", 9)));
    const loss = (params: Network) => {
      const given = logits(params, ids);
      const [target] = [embedding(ids, wanted, "vocab")];
      return mean(square(sub(mean(given, "vocab"), mean(target, "vocab2"))));
    };
    const [value, gradient] = valueAndGrad(loss)(p);
    return [sgd(p, gradient, { rate: 0.1 }), value] as const;
  };
  const lowered = lower(step, { layout, inputs: [placeholdersOf(network), token] as const });
  const devices = await simulator(mesh, { backend: "reference" });
  try {
    let params = await (await devices.load(begin))();
    const run = await devices.load(lowered);
    const ids = Int32Array.from({ length: 24 }, (_, i) => (i * i) % 9);
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [next, value] = await run(params, ids);
      params = next as never;
      losses.push((await value.read())[0]!);
    }
    return losses;
  } finally {
    await devices.close();
  }
}

it("every layer's parameters fit its function, train, and begin alike under every layout", async () => {
  const losses = await trained({});
  expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  const others = await trained({ batch: "data", heads: "model", ff: "model", expert: "data" });
  others.forEach((loss, i) => {
    expect(loss).toBeCloseTo(losses[i]!, 5);
  });
});

it("placeholders have the dims of what parameters begin as", () => {
  const names = (tree: unknown) =>
    leavesOf(tree, isTensor).map(([path, x]) => [path, x.names.toSorted()]);
  const [began] = [
    lower(initial, {
      layout: defineLayout({ dims, mesh: defineMesh("a:1"), rules: {} }),
      inputs: [],
    }).result,
  ];
  expect(names(placeholdersOf(network))).toEqual(names(began));
});

/** The mean and the variance of what a parameter begins as. */
function momentsOf(of: Parameters<typeof initialValues>[1]): [mean: number, variance: number] {
  const fn = () => [initialValues(key(1), of) as AnyTensor];
  const numbers = Array.from(compute(fn as never, [], [])[0]!);
  const mean = numbers.reduce((n, x) => n + x, 0) / numbers.length;
  const squares = numbers.reduce((n, x) => n + (x - mean) ** 2, 0);
  return [mean, squares / numbers.length];
}

it("variance scaling divides by what is summed, made, or their mean", () => {
  for (const distribution of ["normal", "uniform"] as const) {
    for (const [by, n] of [
      ["in", 400],
      ["out", 300],
      ["mean", 350],
    ] as const) {
      const initial = varianceScaling({ scale: 2, by, distribution });
      const { weight } = denseParams([wide], [deep], { initial });
      const [mean, variance] = momentsOf(weight);
      expect(Math.abs(mean)).toBeLessThan(0.001);
      expect((variance * n) / 2).toBeCloseTo(1, 1);
    }
  }
});

it("values belong to paths by the first regular expression that is found", () => {
  const layer = { up: denseParams([embd], [ff]), down: denseParams([ff], [embd]) };
  const rules = [
    [/^down\/weight$/, 0.5],
    [/weight$/, 2],
  ] as const;
  expect(byPath(layer, rules, 1)).toEqual({
    up: { weight: 2, bias: 1 },
    down: { weight: 0.5, bias: 1 },
  });
  const tuned = beginningAs(layer, [[/up\/bias/, constantly(3)]]);
  expect(momentsOf(tuned.up.bias)).toEqual([3, 0]);
  expect(momentsOf(tuned.down.bias)).toEqual([0, 0]);
  expect(momentsOf(beginningAs(layer, [[/bias/, evenly({ min: 2, max: 2 })]]).up.bias)).toEqual([
    2, 0,
  ]);
  expect(() => byPath(layer, ["up"] as never, 1)).toThrow("'rules[0]' must be");
});

it("unitEinsum keeps the size of what it multiplies", () => {
  const fn = () => {
    const p = initialValues(key(3), {
      x: embeddingParams(batch, wide).table,
      w: denseParams([wide], [deep], { bias: false, initial: () => normally() }).weight,
    });
    return [unitEinsum(p.x, p.w, "batch", "deep") as AnyTensor];
  };
  const y = Array.from(compute(fn as never, [], [])[0]!);
  const square = y.reduce((n, v) => n + v * v, 0) / y.length;
  expect(square).toBeGreaterThan(0.9);
  expect(square).toBeLessThan(1.1);
});
