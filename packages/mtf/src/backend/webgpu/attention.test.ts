import { afterEach, describe, expect, test, vi } from "vitest";
import { checkCase } from "../../../test/support/checkBackend.ts";
import { gpuFor } from "../../../test/support/gpuFor.ts";
import type { Attending, Op } from "../../graph/kinds.ts";
import type { Backend, Slice } from "../backend.ts";
import { deviceOfThread } from "./device.ts";
import { findGpu } from "./gpu.ts";

const gpu = await gpuFor("attention in blocks");

type Sizes = Readonly<
  Record<string, number | readonly [begin: number, size: number, whole: number]>
>;

/** Numbers of which all are known and no two tensors have the same. */
function operand(sizes: Sizes, seed: number, number = (x: number) => x) {
  const of = slice(sizes);
  const count = of.box.reduce((n, { size }) => n * size, 1);
  const wave = (i: number) => Math.sin(12.9898 * (i + 1) * (seed + 1) + seed);
  return { slice: of, data: Float32Array.from({ length: count }, (_, i) => number(wave(i))) };
}

function integers(sizes: Sizes, number: (i: number) => number) {
  const of = { ...slice(sizes), dtype: "int32" as const };
  const count = of.box.reduce((n, { size }) => n * size, 1);
  return { slice: of, data: Int32Array.from({ length: count }, (_, i) => number(i)) };
}

function slice(sizes: Sizes): Slice {
  const all = Object.entries(sizes).map(([name, size]) => {
    const [begin, here, whole] = typeof size === "number" ? [0, size, size] : size;
    return { dim: { name, size: whole }, range: { begin, size: here } };
  });
  return { dims: all.map((d) => d.dim), box: all.map((d) => d.range), dtype: "float32" };
}

interface Case {
  readonly query: Sizes;
  readonly keys: Sizes;
  readonly causal?: boolean;
  /** The documents of queries and keys, by their places. */
  readonly documents?: (place: number) => number;
  readonly rate?: number;
  /** The dims of what is added to products, of those of queries and keys. */
  readonly bias?: readonly string[];
}

/** The dims in the opposite order. */
function turned(sizes: Sizes): Sizes {
  return Object.fromEntries(Object.entries(sizes).reverse());
}

/** Attention, or its gradient, of a case. */
function attention(kind: "flashAttention" | "flashAttentionGrad", given: Case) {
  const { query, keys, causal = false, documents, rate = 0, bias } = given;
  const both = { ...query, ...keys };
  const added: Sizes = Object.fromEntries((bias ?? []).map((name) => [name, both[name]!]));
  const attributes: Attending = {
    ...{ along: "length", over: "memory", within: "kv" },
    ...{ causal, bias: bias !== undefined, segments: documents !== undefined, rate },
  };
  const { kv: _, ...rows } = query;
  const segments = documents && [
    integers({ length: query.length! }, (i) =>
      documents(slice({ l: query.length! }).box[0]!.begin + i),
    ),
    integers({ memory: keys.memory! }, documents),
  ];
  const operands = [
    ...[operand(query, 1), operand(keys, 2), operand(keys, 3)],
    ...(bias ? [operand(added, 7)] : []),
    ...(segments ?? []),
    ...(rate > 0 ? [integers({ "~key": 2 }, (i) => 12345 - 99999 * i)] : []),
  ];
  const op = { kind, attributes } as Op;
  if (kind === "flashAttention") return { op, operands, results: [slice(query), slice(rows)] };
  const more = [operand(query, 4), operand(rows, 5, (x) => x + 6), operand(rows, 6)];
  return {
    op,
    operands: [...operands, ...more],
    // The gradient of a bias lies in another order than it does.
    results: [slice(query), slice(keys), slice(keys), ...(bias ? [slice(turned(added))] : [])],
  };
}

const cases: readonly (readonly [string, Case])[] = [
  [
    "tiles whose edges are cut, of heads that share keys",
    { query: { length: 70, heads: 2, group: 2, kv: 5 }, keys: { heads: 2, memory: 75, kv: 5 } },
  ],
  [
    "a part of the queries, which see what is before them",
    {
      query: { batch: 2, kv: 17, length: [37, 40, 90] },
      keys: { memory: 90, batch: 2, kv: 17 },
      causal: true,
    },
  ],
  [
    "documents, one of them longer than a tile",
    {
      query: { length: 100, group: 2, kv: 8 },
      keys: { kv: 8, memory: 100 },
      causal: true,
      documents: (place) => Number(place > 20) + Number(place > 75),
    },
  ],
  [
    "more depth than a workgroup sums",
    { query: { length: 3, kv: 150 }, keys: { memory: 34, kv: 150 }, causal: true },
  ],
  [
    "dropped by the index in the whole, which no word counts",
    {
      query: { batch: [70_000, 2, 80_000], length: [280, 5, 300], kv: 3 },
      keys: { batch: [70_000, 2, 80_000], memory: 300, kv: 3 },
      rate: 0.25,
    },
  ],
  [
    "a bias of each product, which heads share, of a part of the queries",
    {
      query: { batch: 2, heads: 2, length: [37, 40, 90], kv: 5 },
      keys: { heads: 2, memory: 90, batch: 2, kv: 5 },
      ...{ causal: true, bias: ["memory", "batch", "length"] },
    },
  ],
  [
    "a bias of keys, with all else that there is",
    {
      query: { length: 40, heads: 2, group: 2, kv: 6 },
      keys: { heads: 2, memory: 40, kv: 6 },
      ...{ causal: true, rate: 0.5, documents: (place: number) => Math.floor(place / 15) },
      bias: ["heads", "memory"],
    },
  ],
  [
    "a bias of each product, with all else that there is",
    {
      query: { length: 40, heads: 2, group: 2, kv: 6 },
      keys: { heads: 2, memory: 40, kv: 6 },
      ...{ causal: true, rate: 0.5, documents: (place: number) => Math.floor(place / 15) },
      bias: ["group", "length", "heads", "memory"],
    },
  ],
  [
    "a bias of queries",
    {
      query: { length: 70, heads: 3, kv: 4 },
      keys: { heads: 3, memory: 33, kv: 4 },
      bias: ["length"],
    },
  ],
  [
    "one number for all products of a head",
    {
      query: { length: 70, heads: 3, group: 2, kv: 4 },
      keys: { heads: 3, memory: 33, kv: 4 },
      bias: ["heads"],
    },
  ],
  [
    "dropped, of documents and what was before",
    {
      query: { length: 40, heads: 2, group: 2, kv: 6 },
      keys: { heads: 2, memory: 40, kv: 6 },
      ...{ causal: true, rate: 0.5, documents: (place: number) => Math.floor(place / 15) },
    },
  ],
];

describe.skipIf(!gpu)("attention on a GPU", () => {
  const backend = gpu as Backend;

  describe.each(cases)("%s", (_, given) => {
    test.each(["flashAttention", "flashAttentionGrad"] as const)("%s", (kind) =>
      checkCase(backend, attention(kind, given)),
    );
  });

  afterEach(() => void vi.restoreAllMocks());

  test("holds no more than a tile of the products", async () => {
    const { device } = await deviceOfThread(await findGpu());
    const made = vi.spyOn(device, "createBuffer");
    const query = { heads: 2, length: 211, kv: 4 };
    const given = { query, keys: { heads: 2, memory: 211, kv: 4 }, causal: true };
    for (const kind of ["flashAttention", "flashAttentionGrad"] as const) {
      await checkCase(backend, attention(kind, given));
    }
    const largest = Math.max(...made.mock.calls.map(([{ size }]) => size));
    expect(largest).toBe(4 * 2 * 211 * 4);
  });

  test("reads no tile that none of its queries sees", async () => {
    // What is NaN would make everything NaN that it is multiplied with, by 0 as well.
    const seen = (place: number) => (place < 32 ? 1 : Number.NaN);
    const values = (_: number, place: number) => seen(Math.floor(place / 4));
    const query = { length: 8, kv: 4 };
    for (const given of [
      { query, keys: { memory: 100, kv: 4 }, causal: true },
      { query, keys: { memory: 100, kv: 4 }, documents: (place: number) => Number(place >= 32) },
    ]) {
      const { op, operands, results } = attention("flashAttention", given);
      operands[2]!.data.set(operands[2]!.data.map(values));
      const shapeOf = ({ box }: Slice) => box.map(({ size }) => size);
      const buffers = operands.map((x) => backend.upload(x.data, shapeOf(x.slice), x.slice.dtype));
      const slices = operands.map((x) => x.slice);
      const made = await backend.bind(op, slices, results, [])(buffers);
      const read = await backend.read(made[0]!);
      for (const x of read) expect(x).toBeCloseTo(1, 5);
      for (const buffer of [...buffers, ...made]) backend.dispose(buffer);
    }
  });
});
