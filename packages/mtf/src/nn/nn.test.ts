import { expect, it } from "vitest";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { defineDims, defineLayout, defineMesh, iota, lower, placeholder, silu } from "../index.ts";
import {
  attention,
  causal,
  gatedFeedForward,
  geluExact,
  linear,
  rmsNorm,
  rotary,
  rotaryAngles,
  rotaryFrequencies,
} from "../nn.ts";
import { simulator } from "../simulator.ts";

const dims = defineDims({
  batch: 2,
  length: 3,
  memory: 3,
  heads: 2,
  group: 3,
  kv: 6,
  embd: 5,
  ff: 4,
});
const { batch, length, memory, heads, group, kv, embd, ff } = dims;

type Keys = Tensor<"batch" | "memory" | "heads" | "kv">;

/** What a function of tensors gives, with drawn numbers, on one device and split. */
async function both(
  fn: (...xs: never[]) => AnyTensor,
  inputs: readonly AnyTensor[],
): Promise<{ readonly given: Float32Array[]; readonly one: Float64Array }> {
  const given = inputs.map(({ dims: of }, k) => {
    const size = Object.values(of as Record<string, { size: number }>).reduce(
      (n, d) => n * d.size,
      1,
    );
    return Float32Array.from({ length: size }, (_, i) => Math.sin(7 * i * i + k + 1));
  });
  const results: Float64Array[] = [];
  for (const rules of [{}, { kv: "model", batch: "data", memory: "data", ff: "model" }]) {
    const mesh = defineMesh({ data: 2, model: 2 });
    const layout = defineLayout({ dims, mesh, rules: rules as never });
    const devices = await simulator(mesh, { backend: "reference" });
    const run = (await devices.load(
      lower(fn as never, { layout, inputs: inputs as never }),
    )) as unknown as (...xs: unknown[]) => Promise<{ read(): Promise<ArrayLike<number>> }>;
    results.push(Float64Array.from(await (await run(...given)).read()));
    await devices.close();
  }
  results[1]!.forEach((x, i) => {
    expect(Math.abs(x - results[0]![i]!)).toBeLessThan(1e-6);
  });
  return { given, one: results[0]! };
}

function close(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((x, i) => {
    expect(Math.abs(x - found[i]!)).toBeLessThan(1e-5);
  });
}

it.each([
  ["halves", false, 6],
  ["interleaved", true, 6],
  ["halves of a part", false, 4],
  ["interleaved in a part", true, 4],
])("rotary turns pairs, %s", async (_, interleaved, size) => {
  const { given, one } = await both(
    (x: Tensor<"batch" | "length" | "kv">) =>
      rotary(x, "kv", rotaryAngles(iota(length), rotaryFrequencies(size, 100), kv), {
        interleaved,
      }),
    [placeholder([batch, length, kv])],
  );
  const x = given[0]!;
  const wanted = [...x];
  for (let row = 0; row < 6; row++) {
    for (let i = 0; i < size / 2; i++) {
      const [a, b] = (interleaved ? [2 * i, 2 * i + 1] : [i, i + size / 2]).map((j) => row * 6 + j);
      const angle = (row % 3) * 100 ** ((-2 * i) / size);
      wanted[a!] = x[a!]! * Math.cos(angle) - x[b!]! * Math.sin(angle);
      wanted[b!] = x[b!]! * Math.cos(angle) + x[a!]! * Math.sin(angle);
    }
  }
  close(one, wanted);
});

it("attention shares keys among the queries of a group, and sees what is visible", async () => {
  const { given, one } = await both(
    (q: never, k: Keys, v: Keys) =>
      attention(q as Tensor<"batch" | "length" | "heads" | "group" | "kv">, k, v, {
        over: "memory",
        within: "kv",
        scale: 0.5,
        visible: causal(length, memory, 2),
      }),
    [
      placeholder([batch, length, heads, group, kv]),
      placeholder([batch, memory, heads, kv]),
      placeholder([batch, memory, heads, kv]),
    ],
  );
  const [q, k, v] = given as [Float32Array, Float32Array, Float32Array];
  const wanted: number[] = [];
  for (let b = 0; b < 2; b++)
    for (let l = 0; l < 3; l++)
      for (let h = 0; h < 2; h++)
        for (let g = 0; g < 3; g++) {
          const seen = [l - 1, l].filter((m) => m >= 0);
          const at = (m: number) => ((b * 3 + m) * 2 + h) * 6;
          const weights = seen.map((m) => {
            let sum = 0;
            for (let i = 0; i < 6; i++)
              sum += q[(((b * 3 + l) * 2 + h) * 3 + g) * 6 + i]! * k[at(m) + i]!;
            return Math.exp(sum / 2);
          });
          const total = weights.reduce((n, x) => n + x, 0);
          for (let i = 0; i < 6; i++) {
            wanted.push(seen.reduce((n, m, j) => n + (weights[j]! / total) * v[at(m) + i]!, 0));
          }
        }
  close(one, wanted);
});

it("rmsNorm scales to a mean square of 1, and by the gain", async () => {
  const { given, one } = await both(
    (x, gain) => rmsNorm(x as Tensor<"length" | "embd">, gain as never, "embd", { epsilon: 1e-3 }),
    [placeholder([length, embd]), placeholder([embd])],
  );
  const [x, gain] = given as [Float32Array, Float32Array];
  const wanted = [...x].map((value, i) => {
    const row = x.subarray(5 * Math.floor(i / 5), 5 * Math.floor(i / 5) + 5);
    const mean = row.reduce((n, y) => n + y * y, 0) / 5;
    return (value / Math.sqrt(mean + 1e-3)) * gain[i % 5]!;
  });
  close(one, wanted);
});

it("gatedFeedForward multiplies by a gate, with and without biases", async () => {
  const run = (biased: boolean) =>
    both(
      (x, gate, up, down, b1, b2) =>
        gatedFeedForward(
          x as Tensor<"length" | "embd">,
          { weight: gate as Tensor<"ff" | "embd">, ...(biased && { bias: b1 as never }) },
          { weight: up as Tensor<"ff" | "embd"> },
          { weight: down as Tensor<"ff" | "embd">, ...(biased && { bias: b2 as never }) },
          silu,
        ),
      [
        placeholder([length, embd]),
        placeholder([ff, embd]),
        placeholder([ff, embd]),
        placeholder([embd, ff]),
        placeholder([ff]),
        placeholder([embd]),
      ],
    );
  for (const biased of [false, true]) {
    const { given, one } = await run(biased);
    const [x, gate, up, down, b1, b2] = given as Float32Array[] as [
      ...[Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array],
    ];
    const dot = (w: Float32Array, row: number, l: number) =>
      [0, 1, 2, 3, 4].reduce((n, i) => n + w[row * 5 + i]! * x[l * 5 + i]!, 0);
    const wanted = [0, 1, 2].flatMap((l) =>
      [0, 1, 2, 3, 4].map((e) =>
        [0, 1, 2, 3].reduce(
          (n, f) => {
            const opened = dot(gate, f, l) + (biased ? b1[f]! : 0);
            return n + down[e * 4 + f]! * (opened / (1 + Math.exp(-opened))) * dot(up, f, l);
          },
          biased ? b2[e]! : 0,
        ),
      ),
    );
    close(one, wanted);
  }
});

it("geluExact is within 5e-4 of gelu's form with tanh, and exact at 1", async () => {
  const { given, one } = await both((x) => geluExact(x as Tensor<"embd">), [placeholder([embd])]);
  given[0]!.forEach((x, i) => {
    const tanh = (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    expect(Math.abs(one[i]! - tanh)).toBeLessThan(5e-4);
  });
});

it("linear leads to the weight's other dims, however it is stored", () => {
  const x = placeholder([batch, length, embd]);
  for (const weight of [placeholder([embd, heads, kv]), placeholder([heads, kv, embd])]) {
    expect(linear(x, weight).names).toEqual(["batch", "length", "heads", "kv"]);
  }
});

it("refuses what makes no pairs, and a window that shows nothing", () => {
  expect(() => rotaryFrequencies(5)).toThrow("5 elements make no pairs");
  expect(() => causal(length, memory, 0)).toThrow("a window of 0 positions shows nothing");
  const angles = rotaryAngles(iota(length), rotaryFrequencies(8), kv);
  expect(() => rotary(placeholder([length, kv]), "kv", angles)).toThrow("too few for 4 pairs");
});
