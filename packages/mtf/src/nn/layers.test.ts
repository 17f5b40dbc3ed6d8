import { expect, it } from "vitest";
import { type AnyTensor, dimsOf } from "../graph/tensor.ts";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { simulator } from "../simulator.ts";

// These are about numbers: the compiler is asked elsewhere.
// biome-ignore lint/suspicious/noExplicitAny: see above
const [m, nn]: any[] = [mtf, layers];

const dims = mtf.defineDims({
  ...{ batch: 2, length: 12, memory: 5, heads: 3, kv: 4, embd: 3, hidden: 2, hidden_in: 2 },
  ...{ vocab: 5 },
});
const { batch, length, memory, heads, kv, embd, hidden, hidden_in, vocab } = dims;

type Numbers = readonly number[];

/** What a function gives with these numbers, which is the same on one device and split. */
async function given(
  fn: (...xs: never[]) => AnyTensor,
  inputs: readonly (readonly [AnyTensor, Numbers])[],
): Promise<number[]> {
  const found: number[][] = [];
  for (const rules of [{}, { length: "a", hidden: "b", batch: "b", vocab: "b", memory: "b" }]) {
    const mesh = mtf.defineMesh({ a: 2, b: 2 });
    const layout = mtf.defineLayout({ dims, mesh, rules: rules as never });
    const devices = await simulator(mesh, { backend: "reference" });
    const program = mtf.lower(fn as never, { layout, inputs: inputs.map(([x]) => x) as never });
    const run = (await devices.load(program)) as unknown as (
      ...xs: unknown[]
    ) => Promise<{ read(): Promise<ArrayLike<number>> }>;
    const result = await run(...inputs.map(([x, data]) => arrayFor(x, data)));
    found.push([...Array.from(await result.read())]);
    await devices.close();
  }
  close(found[1]!, found[0]!);
  return found[0]!;
}

const arrayFor = ({ dtype }: AnyTensor, data: Numbers) =>
  dtype === "int32" ? Int32Array.from(data) : Float32Array.from(data);

function close(found: Numbers, wanted: Numbers): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((x, i) => {
    expect(x).toBeCloseTo(wanted[i]!, 5);
  });
}

let seed = 1;
/** An input with numbers. */
function drawn(...of: readonly mtf.Dimension[]): readonly [AnyTensor, number[]] {
  const x = mtf.placeholder(of) as AnyTensor;
  const size = dimsOf(x).reduce((n, d) => n * d.size, 1);
  const k = seed++;
  return [x, Array.from({ length: size }, (_, i) => Math.fround(Math.sin(7 * i * i + k)))];
}

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
