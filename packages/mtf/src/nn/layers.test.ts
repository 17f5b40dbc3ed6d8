import { expect, it } from "vitest";
import type { AnyTensor } from "../graph/tensor.ts";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { close, dims, drawn, given, type Numbers } from "./testing/given.ts";

// These are about numbers: the compiler is asked elsewhere.
// biome-ignore lint/suspicious/noExplicitAny: see above
const [m, nn]: any[] = [mtf, layers];

const { batch, length, memory, heads, kv, embd, hidden, hidden_in, vocab } = dims;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Row `i` of a matrix that is so wide, times a vector. */
const dot = (matrix: Numbers, i: number, x: Numbers) =>
  x.reduce((n, y, j) => n + matrix[i * x.length + j]! * y, 0);

it("lstm and gru go by their equations, step after step", async () => {
  for (const gates of [4, 3]) {
    const gate = mtf.dimension("gate", gates);
    const x = drawn(length, embd);
    const [input, recurrent] = [drawn(gate, hidden, embd), drawn(gate, hidden, hidden_in)];
    const [bias, recurrentBias] = [drawn(gate, hidden), drawn(gate, hidden)];
    const cell = gates === 4 ? nn.lstm : nn.gru;
    const wrapped = (xs: never, w: never, u: never, b: never, c: never) => {
      const weights = { input: w, recurrent: u, bias: b, recurrentBias: c };
      const all = { ...weights, gates: "gate", from: "hidden_in" };
      const zero = m.zeros([hidden]);
      const start = gates === 4 ? { hidden: zero, cell: zero } : zero;
      const step = (state: unknown, now: unknown) => {
        const next = cell(state, now, all);
        return [next, gates === 4 ? next.hidden : next];
      };
      return m.scan(length, step, start, xs)[1];
    };
    const found = await given(wrapped, [x, input, recurrent, bias, recurrentBias]);
    let [h, c]: number[][] = [
      [0, 0],
      [0, 0],
    ];
    const wanted = Array.from({ length: 12 }, (_, t) => {
      const now = x[1].slice(3 * t, 3 * t + 3);
      const from = (k: number, i: number) => dot(input[1], 2 * k + i, now) + bias[1][2 * k + i]!;
      const last = (k: number, i: number) =>
        dot(recurrent[1], 2 * k + i, h!) + recurrentBias[1][2 * k + i]!;
      const sum = (k: number, i: number) => from(k, i) + last(k, i);
      if (gates === 4) {
        const kept = [0, 1].map((i) => sigmoid(sum(1, i)) * c![i]!);
        c = kept.map((k, i) => k + sigmoid(sum(0, i)) * Math.tanh(sum(2, i)));
        h = [0, 1].map((i) => sigmoid(sum(3, i)) * Math.tanh(c![i]!));
      } else {
        h = [0, 1].map((i) => {
          const fresh = Math.tanh(from(2, i) + sigmoid(sum(0, i)) * last(2, i));
          const z = sigmoid(sum(1, i));
          return (1 - z) * fresh + z * h![i]!;
        });
      }
      return h;
    }).flat();
    close(found, wanted);
  }
});

it("local attention is attention with all but those near hidden, whatever the blocks", async () => {
  for (const [back, ahead] of [
    [2, 0],
    [3, 2],
    [0, 0],
    [20, 20],
  ] as const) {
    const inputs = [
      drawn(batch, length, heads, kv),
      drawn(batch, length, kv),
      drawn(length, batch, kv),
    ];
    const there = mtf.dimension("there", 12);
    const local = (q: never, k: never, v: never) =>
      nn.localAttention(q, k, v, { along: "length", within: "kv", back, ahead, scale: 0.5 });
    const full = (q: never, k: never, v: never) => {
      const far = nn.relativePositions(length, there);
      const visible = m.and(m.greaterEqual(far, -back), m.lessEqual(far, ahead));
      const [keys, values] = [k, v].map((x) => m.rename(x, "length", "there"));
      return nn.attention(q, keys, values, { over: "there", within: "kv", scale: 0.5, visible });
    };
    close(await given(local, inputs), await given(full, inputs));
  }
});

/** Queries, keys and values of three heads, and a bias of each. */
const biased = () =>
  [
    drawn(length, heads, kv),
    drawn(memory, heads, kv),
    drawn(memory, heads, kv),
    drawn(heads, length, memory),
  ] as const;

it("attention adds a bias to scaled scores", async () => {
  const inputs = biased();
  const found = await given(
    (q: never, k: never, v: never, bias: never) =>
      nn.attention(q, k, v, { over: "memory", within: "kv", scale: 0.5, bias }),
    inputs,
  );
  const [q, k, v, bias] = inputs.map(([, numbers]) => numbers);
  const row = (x: Numbers, at: number, h: number) => x.slice(12 * at + 4 * h, 12 * at + 4 * h + 4);
  const wanted = Array.from({ length: 12 * 3 }, (_, n) => {
    const [at, h] = [Math.floor(n / 3), n % 3];
    const scores = [0, 1, 2, 3, 4].map(
      (there) => 0.5 * dot(row(q!, at, h), 0, row(k!, there, h)) + bias![60 * h + 5 * at + there]!,
    );
    const total = scores.reduce((sum, x) => sum + Math.exp(x), 0);
    return [0, 1, 2, 3].map((i) =>
      scores.reduce((sum, x, there) => sum + (Math.exp(x) / total) * row(v!, there, h)[i]!, 0),
    );
  }).flat();
  close(found, wanted);
});

it("what is not visible is what a bias makes hopeless", async () => {
  const [q, k, v] = biased();
  const options = { over: "memory", within: "kv" };
  const visible = () => m.lessEqual(nn.relativePositions(length, memory), 0);
  const hidden = await given(
    (...x: never[]) => nn.attention(...x, { ...options, visible: visible() }),
    [q, k, v],
  );
  const bias = () => m.mul(m.cast(m.not(visible()), "float32"), -1e9);
  const hopeless = await given(
    (...x: never[]) => nn.attention(...x, { ...options, bias: bias() }),
    [q, k, v],
  );
  close(hidden, hopeless);
});

it("attention to oneself is attention to another that is the same, with a bias or none", async () => {
  const there = mtf.dimension("there", 12);
  const inputs = [
    drawn(batch, length, embd),
    ...[0, 1, 2].map(() => drawn(embd, heads, kv)),
    drawn(heads, kv, embd),
    drawn(heads, length, there),
  ];
  for (const own of [true, false]) {
    const by = (fn: (x: never, params: unknown, options: object) => AnyTensor) =>
      given((x: never, ...rest: never[]) => {
        const [query, key, value, out, bias] = rest;
        const weights = [query, key, value, out].map((weight) => ({ weight }));
        const [a, b, c, d] = weights;
        const params = { query: a, key: b, value: c, out: d };
        return fn(x, params, { within: "kv", ...(own ? { bias } : { scale: 0.3 }) });
      }, inputs);
    const self = await by((x, params, options) =>
      nn.selfAttention(x, params, { ...options, along: "length", memory: there }),
    );
    const cross = await by((x, params, options) =>
      nn.crossAttention(x, m.rename(x, "length", "there"), params, { ...options, over: "there" }),
    );
    close(self, cross);
  }
});

it("alibi's slopes are those of the paper, those between for the rest", async () => {
  const found = await given(() => nn.alibi(heads, length, memory), []);
  const slopes = [2 ** -4, 2 ** -8, 2 ** -2];
  const wanted = slopes.flatMap((slope) =>
    Array.from({ length: 12 }, (_, q) =>
      Array.from({ length: 5 }, (_, k) => -slope * Math.abs(q - k)),
    ).flat(),
  );
  close(found, wanted);
});

it("label smoothing and z-loss are what they say, and nothing where there is no label", async () => {
  const logits = drawn(length, vocab);
  const labels = Array.from({ length: 12 }, (_, i) => (i % 6) - 0);
  const found = await given(
    (x: never, y: never) => nn.smoothedCrossEntropy(x, y, "vocab", { smoothing: 0.2, zLoss: 0.01 }),
    [logits, [mtf.placeholder([length], "int32"), labels]],
  );
  const wanted = labels.map((label, i) => {
    if (label >= 5) return 0;
    const row = logits[1].slice(5 * i, 5 * i + 5);
    const log = Math.log(row.reduce((n, x) => n + Math.exp(x), 0));
    const loss = row.reduce((n, x, j) => {
      const target = (j === label ? 0.8 : 0) + 0.2 / 5;
      return n - target * (x - log);
    }, 0);
    return loss + 0.01 * log * log;
  });
  close(found, wanted);
});

it("a separable convolution is one of each channel, then one over channels", async () => {
  const tap = mtf.dimension("tap", 3);
  const [x, each, point] = [drawn(length, embd), drawn(tap, embd), drawn(hidden, embd)];
  const found = await given(
    (a: never, b: never, c: never) => nn.separableConvolution(a, b, c, { length: "tap" }),
    [x, each, point],
  );
  const at = (i: number, c: number) => (i < 0 || i > 11 ? 0 : x[1][3 * i + c]!);
  const wanted = Array.from({ length: 12 }, (_, i) => {
    const apart = [0, 1, 2].map((c) =>
      [0, 1, 2].reduce((n, t) => n + each[1][3 * t + c]! * at(i + t - 1, c), 0),
    );
    return [0, 1].map((o) => dot(point[1], o, apart));
  }).flat();
  close(found, wanted);
});

it("a temperature of 0 takes the largest, and a high one draws them all", async () => {
  const logits = drawn(length, vocab);
  const key = m.key(3);
  const cold = await given(
    (x: never) => m.cast(m.sampleWithTemperature(key, x, "vocab", 0), "float32"),
    [logits],
  );
  const rows = Array.from({ length: 12 }, (_, i) => logits[1].slice(5 * i, 5 * i + 5));
  close(
    cold,
    rows.map((row) => row.indexOf(Math.max(...row))),
  );
  const hot = await given(
    (x: never) => m.cast(m.sampleWithTemperature(key, x, "vocab", 1e6), "float32"),
    [logits],
  );
  expect(new Set(hot).size).toBe(5);
});

it("a product of layers is one of each, and no layers are none", async () => {
  const inputs = [drawn(batch, embd), drawn(embd, hidden), drawn(hidden), drawn(embd, hidden)];
  const product = (x: never, weight: never, bias: never, other: never) =>
    nn.denseProduct(x, [{ weight, bias }, { weight: other }], [undefined, m.tanh]);
  const apart = (x: never, weight: never, bias: never, other: never) =>
    m.mul(nn.linear(x, weight, bias), m.tanh(nn.linear(x, other)));
  close(await given(product, inputs), await given(apart, inputs));
  const x = mtf.placeholder([embd]);
  expect(() => nn.denseProduct(x, [])).toThrow("0 activations are of 0 layers");
});

it("targets that are a label's class alone cost what the label does", async () => {
  const labels = Array.from({ length: 12 }, (_, i) => i % 5);
  const inputs = [
    drawn(length, vocab),
    [mtf.placeholder([length], "int32"), labels] as [mtf.AnyTensor, number[]],
  ];
  const found = (x: never, y: never) =>
    nn.distributionCrossEntropy(x, m.oneHot(y, vocab), "vocab", { zLoss: 0.1 });
  const wanted = (x: never, y: never) => nn.smoothedCrossEntropy(x, y, "vocab", { zLoss: 0.1 });
  close(await given(found, inputs), await given(wanted, inputs));
});

it("correlation is 1 with oneself, and that of the observations with others", async () => {
  const [x, numbers] = drawn(batch, length, embd);
  const flat = numbers.map((y, i) => (i % 3 === 2 ? 0.5 : y));
  const found = await given((y: never) => nn.correlation(y, "embd", "other"), [[x, flat]]);
  const columns = [0, 1].map((c) => {
    const column = flat.filter((_, i) => i % 3 === c);
    const middle = column.reduce((a, b) => a + b) / 24;
    return column.map((y) => y - middle);
  });
  const [a, b] = columns as [number[], number[]];
  const with_ = (p: number[], q: number[]) => p.reduce((n, y, i) => n + y * q[i]!, 0);
  const between = with_(a, b) / Math.sqrt(with_(a, a) * with_(b, b));
  close(found, [1, between, 0, between, 1, 0, 0, 0, 0]);
});

it("a rate of dropout that a program computes is one that is given", async () => {
  const inputs = [drawn(batch, length)];
  const key = m.key(5);
  const computed = (x: never) => m.dropout(key, x, m.div(m.constant(1), 4));
  const written = (x: never) => m.dropout(key, x, 0.25);
  const found = await given(computed, inputs);
  close(found, await given(written, inputs));
  expect(found.filter((x) => x === 0).length).toBeGreaterThan(0);
  expect(() => m.dropout(key, mtf.placeholder([batch]), mtf.placeholder([batch]))).toThrow(
    "'rate' is one number, and has [batch]",
  );
});

it("dropout drops together what is to be dropped together", async () => {
  const ones = Array.from({ length: 72 }, () => 1);
  const x = [mtf.placeholder([batch, length, embd]), ones] as [mtf.AnyTensor, number[]];
  const drop = (options: object) => given((y: never) => m.dropout(m.key(3), y, 0.5, options), [x]);
  const found = await drop({ broadcast: ["length"] });
  // The draws are those of a tensor without the dim.
  const small = [mtf.placeholder([batch, embd]), ones.slice(0, 6)] as [mtf.AnyTensor, number[]];
  const draws = await given((y: never) => m.dropout(m.key(3), y, 0.5), [small]);
  close(
    found,
    ones.map((_, i) => draws[3 * Math.floor(i / 36) + (i % 3)]!),
  );
  expect(new Set(draws)).toEqual(new Set([0, 2]));
  const whole = await drop({ broadcast: [batch, length, embd] });
  expect(new Set(whole).size).toBe(1);
  expect(await drop({ broadcast: [] })).toEqual(await drop({}));
  expect(() => m.dropout(m.key(3), x[0], 0.5, { broadcast: "heads" })).toThrow("no dim 'heads'");
});

it("a whole number of times, where the quotient rounds up to the next", async () => {
  // What is nearest to 0.1 is a little more, so that it goes into 1 nine times; 1 / 0.1 is 10.
  const inputs = [[mtf.placeholder([hidden]), [1, -0.5]] as [mtf.AnyTensor, number[]]];
  const found = await given((x: never) => m.floorDiv(x, 0.1), inputs);
  expect(found).toEqual([9, -5]);
});

it("refuses what makes no sense", () => {
  const x = mtf.placeholder([length, kv]);
  const gate = mtf.dimension("gate", 2);
  const weights = {
    input: mtf.placeholder([gate, hidden, kv]),
    recurrent: mtf.placeholder([gate, hidden, hidden_in]),
    ...{ gates: "gate", from: "hidden_in" },
  };
  const state = mtf.placeholder([hidden]);
  expect(() => nn.gru(state, x, weights)).toThrow("'gate' is 2 long, and there are 3 gates");
  const compress = { along: "length", within: "kv", factor: 5 };
  expect(() => nn.compressedAttention(x, x, x, compress)).toThrow("no multiple of 5");
  expect(() => nn.sinusoids(length, embd)).toThrow("3 features are no two halves");
  expect(() => nn.clipActivationGradient(x, 0)).toThrow("the limit 0 is not above 0");
});
