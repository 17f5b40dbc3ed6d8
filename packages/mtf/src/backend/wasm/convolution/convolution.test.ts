import { describe, expect, test } from "vitest";
import type { HostArray } from "../../../dtype.ts";
import type { Windows } from "../../../graph/kinds.ts";
import { volumeOf } from "../../../shape.ts";
import { bindArrays } from "../../arrays/bind.ts";
import type { Backend, Slice } from "../../backend.ts";
import { wholeSlice } from "../../slices/whole.ts";
import { wasmBackend } from "../index.ts";

type Sizes = Readonly<Record<string, number>>;

const slice = (sizes: Sizes): Slice =>
  wholeSlice(
    Object.entries(sizes).map(([name, size]) => ({ name, size })),
    "float32",
  );

const shapeOf = ({ dims }: Slice) => dims.map(({ size }) => size);

const way = (dim: string, tap: string, over: Partial<Windows> = {}): Windows => {
  return { dim, tap, stride: 1, dilation: 1, before: 1, wrap: false, ...over };
};

interface Case {
  readonly windows: readonly Windows[];
  readonly x: Sizes;
  readonly b: Sizes;
  readonly c: Sizes;
}

const images = [way("h", "p"), way("w", "q")];

// Blocks have 2^17 elements of windows at most: all but the small ones have several, the last shorter.
const cases: Readonly<Record<string, Case>> = {
  "images, channels last": {
    windows: images,
    x: { n: 3, h: 31, w: 33, from: 20 },
    b: { p: 3, q: 3, from: 20, to: 24 },
    c: { n: 3, h: 31, w: 33, to: 24 },
  },
  "images, channels first": {
    windows: images,
    x: { n: 2, from: 20, h: 31, w: 33 },
    b: { to: 12, from: 20, p: 3, q: 3 },
    c: { n: 2, to: 12, h: 31, w: 33 },
  },
  "the gradient of a kernel": {
    windows: images,
    x: { n: 3, h: 31, w: 33, from: 20 },
    b: { n: 3, h: 31, w: 33, to: 24 },
    c: { p: 3, q: 3, from: 20, to: 24 },
  },
  "strides and dilations": {
    windows: [way("h", "p", { stride: 2 }), way("w", "q", { dilation: 3, before: 4 })],
    x: { n: 3, h: 61, w: 33, from: 20 },
    b: { p: 3, q: 3, from: 20, to: 24 },
    c: { n: 3, h: 31, w: 33, to: 24 },
  },
  "few channels": {
    windows: images,
    x: { n: 4, h: 40, w: 41, from: 3 },
    b: { p: 3, q: 3, from: 3, to: 5 },
    c: { n: 4, h: 40, w: 41, to: 5 },
  },
  "few channels, many filters": {
    windows: images,
    x: { n: 4, h: 40, w: 41, from: 3 },
    b: { p: 3, q: 3, from: 3, to: 40 },
    c: { n: 4, h: 40, w: 41, to: 40 },
  },
  "each channel alone": {
    windows: images,
    x: { n: 2, h: 20, w: 21, of: 33 },
    b: { q: 3, p: 3, of: 33 },
    c: { n: 2, h: 20, w: 21, of: 33 },
  },
  "each channel alone, several filters": {
    windows: [way("h", "p")],
    x: { n: 2, h: 20, of: 7 },
    b: { p: 3, of: 7, to: 2 },
    c: { n: 2, h: 20, of: 7, to: 2 },
  },
  "one dim, whole windows only": {
    windows: [way("t", "p", { before: 0, stride: 3 })],
    x: { n: 2, t: 3000, from: 16 },
    b: { p: 5, from: 16, to: 24 },
    c: { n: 2, t: 999, to: 24 },
  },
  "blocks side by side and what they look at": {
    windows: [way("s", "k", { stride: 64, before: 64 })],
    x: { n: 2, s: 512, heads: 2, of: 16 },
    b: { n: 2, s: 8, i: 64, heads: 2, of: 16 },
    c: { n: 2, heads: 2, s: 8, i: 64, k: 128 },
  },
};

/** Multiples of 1/8: sums of their products are exact, so every order of adding gives the same. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => (((i * 37 + seed) % 31) - 15) / 8);

const firstDifference = (made: HostArray, expected: Float64Array) =>
  expected.findIndex((value, i) => value !== made[i]);

async function check(backend: Backend, { windows, ...sizes }: Case) {
  const op = { kind: "convolution", attributes: { windows } } as const;
  const [x, b, c] = [slice(sizes.x), slice(sizes.b), slice(sizes.c)];
  const kernel = backend.bind(op, [x, b], [c], []);
  const adding = backend.bindAdding?.(op, [x, b], c);
  const before = backend.memory();
  const operands = [x, b].map((s) =>
    backend.upload(numbers(volumeOf(shapeOf(s)), 0), shapeOf(s), "float32"),
  );
  const sum = backend.allocate(shapeOf(c), "float32", 0.5);
  // The second time an operand has other numbers where it had these.
  for (const seed of [5, 11]) {
    const given = [x, b].map((s, i) => numbers(volumeOf(shapeOf(s)), seed + i));
    const expected = new Float64Array(volumeOf(shapeOf(c)));
    bindArrays(op, [x, b], [c])(given, [expected]);
    for (const [i, data] of given.entries()) backend.write(operands[i]!, 0, data);
    const [made] = await kernel(operands);
    expect(firstDifference(await backend.read(made!), expected)).toBe(-1);
    backend.dispose(made!);
    if (!adding) continue;
    const held = await backend.read(sum);
    adding(operands, sum);
    const added = expected.map((value, i) => value + held[i]!);
    expect(firstDifference(await backend.read(sum), added)).toBe(-1);
  }
  for (const buffer of [...operands, sum]) backend.dispose(buffer);
  expect(backend.memory()).toEqual(before);
}

interface Layer {
  readonly p: number;
  readonly q: number;
  /** The dims of the channels that are summed over, or of those that are alone, and of filters. */
  readonly of: Sizes;
  readonly to: Sizes;
}

const layers: readonly Layer[] = [1, 2, 3].flatMap((p) =>
  [1, 3].flatMap((q) => [
    { p, q, of: {}, to: {} },
    { p, q, of: { from: 3 }, to: { to: 5 } },
    { p, q, of: { alone: 9 }, to: {} },
    { p, q, of: { alone: 2 }, to: { to: 2 } },
  ]),
);

async function checkInfinite(backend: Backend, { p, q, of, to }: Layer) {
  const windows = [way("h", "p", { before: p >> 1 }), way("w", "q", { before: q >> 1 })];
  const op = { kind: "convolution", attributes: { windows } } as const;
  const kept = "alone" in of ? of : {};
  const [x, b] = [slice({ n: 2, h: 6, w: 7, ...of }), slice({ p, q, ...of, ...to })];
  const c = slice({ n: 2, h: 6, w: 7, ...kept, ...to });
  const counts = [x, b, c].map((s) => volumeOf(shapeOf(s)));
  const image = numbers(counts[0]!, 5).map((value, i) => (i % 19 === 4 ? Infinity : value));
  const given = [image, numbers(counts[1]!, 2).map((value, i) => (i % 3 === 0 ? 0 : value))];
  const expected = new Float64Array(counts[2]!);
  bindArrays(op, [x, b], [c])(given, [expected]);
  const operands = [x, b].map((s, i) => backend.upload(given[i]!, shapeOf(s), "float32"));
  const [made] = await backend.bind(op, [x, b], [c], [])(operands);
  // 0 in place of -0: kernels begin their sums with one or the other.
  const found = Array.from(await backend.read(made!), (value) => value + 0);
  expect(found).toEqual(Array.from(expected, (value) => value + 0));
  expect(expected.some(Number.isNaN)).toBe(true);
  for (const buffer of [...operands, made!]) backend.dispose(buffer);
}

// The first, while the heap has little room.
test("nothing of TensorFlow.js's kernels is left of a run", async () => {
  const backend = await wasmBackend({ blas: "off" });
  const { windows, ...sizes } = cases["each channel alone"]!;
  const [x, b, c] = [slice(sizes.x), slice(sizes.b), slice(sizes.c)];
  const kernel = backend.bind({ kind: "convolution", attributes: { windows } }, [x, b], [c], []);
  const operands = [x, b].map((s) => backend.allocate(shapeOf(s), "float32", 1));
  const run = async () => backend.dispose((await kernel(operands))[0]!);
  const heapBytes = () => backend.view(operands[0]!)!.buffer.byteLength;
  for (let i = 0; i < 100; i++) await run();
  const before = heapBytes();
  // Were 4 KB left of each, the heap would have grown.
  for (let i = 0; i < 10_000; i++) await run();
  expect(heapBytes()).toBe(before);
  for (const buffer of operands) backend.dispose(buffer);
});

describe.each([
  ["by default", {}],
  ["without BLAS", { blas: "off" }],
  ["deterministic", { blas: "off", relaxed: false }],
] as const)("%s", async (_, options) => {
  const backend = await wasmBackend(options);

  test.each(Object.entries(cases))("%s", async (_, given) => {
    await check(backend, given);
  });

  test.each(layers)("0 times infinity is NaN with $p x $q taps, $of and $to", async (sizes) => {
    await checkInfinite(backend, sizes);
  });
});
