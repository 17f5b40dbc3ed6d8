import { expect, test } from "vitest";
import {
  type AnyTensor,
  type Dimension,
  defineLayout,
  defineMesh,
  dimension,
  einsum,
  gather,
  lower,
  mul,
  placeholder,
  type Rest,
} from "../../src/index.ts";
import { narrow } from "../../src/rest/narrow.ts";
import { widen } from "../../src/rest/widen.ts";
import { simulator } from "../../src/simulator.ts";

const mesh = defineMesh("");
const layout = defineLayout({ dims: {}, mesh, rules: {} });
const sized = (dims: readonly Dimension[], rest: Rest) =>
  ({ dims, dtype: "float32", rest }) as const;

/** What a function of a tensor that rests narrow gives on wasm, and of the numbers that it then has. */
async function both(
  fn: (w: AnyTensor, x: AnyTensor) => AnyTensor,
  w: { dims: readonly Dimension[]; rest: Rest; numbers: Float32Array | Uint16Array },
  x: AnyTensor,
  data: Float32Array | Int32Array,
) {
  const wide = new Float32Array(w.numbers.length);
  widen(narrow(w.numbers, sized(w.dims, w.rest))!, sized(w.dims, w.rest), wide);
  const devices = await simulator(mesh, { backend: "wasm" });
  const results: Float32Array[] = [];
  for (const [tensor, numbers] of [
    [placeholder(w.dims, { rest: w.rest as "bfloat16" }), w.numbers],
    [placeholder(w.dims), wide],
  ] as const) {
    const inputs = [tensor as AnyTensor, x] as const;
    const run = await devices.load(lower(fn, { layout, inputs }));
    const result = await run(numbers as never, data as never);
    results.push((await (result as { read(): Promise<Float32Array> }).read()) as Float32Array);
  }
  await devices.close();
  return { given: results[0]!, expected: results[1]! };
}

const [vocab, embd, batch, head] = [
  dimension("vocab", 701),
  dimension("embd", 515),
  dimension("batch", 3),
  dimension("head", 4),
];
const noise = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + i * 12.9898 + ((i * i) % 97)));
const one = placeholder([]) as unknown as AnyTensor;

test.each(["bfloat16", "float16"] as const)("every %s is widened by the kernel", async (rest) => {
  const dims = [dimension("all", 1 << 16)];
  const numbers = Uint16Array.from({ length: 1 << 16 }, (_, i) => i);
  const { given, expected } = await both(
    (w) => mul(w as never, 1),
    { dims, rest, numbers },
    one,
    Float32Array.of(1),
  );
  expect(given).toEqual(expected);
});

const rests: readonly Rest[] = [
  "bfloat16",
  "float16",
  { dtype: "int8", scales: ["vocab"] },
  { dtype: "int8", scales: ["embd"] },
  { dtype: "int8", scales: [] },
];

test.each(rests)(
  "a product with %j never has it widened as a whole, and gives the same",
  async (rest) => {
    for (const dims of [
      [vocab, embd],
      [embd, vocab],
    ]) {
      for (const rows of [1, 3, 8, 40].map((size) => dimension("batch", size))) {
        const x = placeholder([rows, embd]);
        const data = noise(rows.size * embd.size, 1);
        const w = { dims, rest, numbers: noise(vocab.size * embd.size, 2) };
        const product = (table: AnyTensor, a: AnyTensor) =>
          einsum([a, table] as never, [rows, vocab] as never) as never;
        const { given, expected } = await both(product, w, x, data);
        const worst = given.reduce((most, g, i) => Math.max(most, Math.abs(g - expected[i]!)), 0);
        // A rounding for each of 515 terms below 1.
        expect(worst).toBeLessThan(515 * 2 ** -22);
        expect(given.some((g) => g !== 0)).toBe(true);
      }
    }
  },
);

test("so is one with a batch, and rows that are taken are widened alone", async () => {
  for (const rest of ["bfloat16", { dtype: "int8", scales: ["head", "vocab"] }] as const) {
    const w = { dims: [head, vocab, embd], rest, numbers: noise(4 * 701 * 515, 3) };
    const x = placeholder([batch, head, embd]);
    const product = (table: AnyTensor, a: AnyTensor) =>
      einsum([a, table] as never, [batch, head, vocab] as never) as never;
    const made = await both(product, w, x, noise(3 * 4 * 515, 4));
    made.given.forEach((g, i) => {
      expect(Math.abs(g - made.expected[i]!)).toBeLessThan(515 * 2 ** -22);
    });
    const ids = placeholder([batch, head], "int32");
    const rows = (table: AnyTensor, at: AnyTensor) =>
      gather(table as never, at as never, "vocab" as never) as never;
    const taken = await both(
      rows,
      w,
      ids,
      Int32Array.from({ length: 12 }, (_, i) => i * 70 - 20),
    );
    expect(taken.given).toEqual(taken.expected);
  }
});
