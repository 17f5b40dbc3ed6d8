import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test as vitest } from "vitest";
import { narrow } from "../../rest/narrow.ts";
import type { Rest } from "../../rest/rest.ts";
import { eachRow } from "../../rest/rows.ts";
import { widen } from "../../rest/widen.ts";
import { draws } from "../../testing/draws.ts";
import type { Backend, Buffer, Slice } from "../backend.ts";
import { findBlas } from "./blas/find.ts";
import { type WasmOptions, wasmBackend } from "./index.ts";

type Dims = readonly (readonly [name: string, size: number])[];

function sliceOf(dims: Dims): Slice {
  const named = dims.map(([name, size]) => ({ name, size }));
  return { dims: named, dtype: "float32", box: named.map(({ size }) => ({ begin: 0, size })) };
}

function numbers(dims: Dims, seed: number): Float32Array {
  const size = dims.reduce((product, [, n]) => product * n, 1);
  // Small integers: every product and sum is exact, whatever the order.
  return Float32Array.from({ length: size }, (_, i) => ((((i + seed) * 2654435761) >>> 8) % 7) - 3);
}

/** How far apart neighbours along each of some dims lie; 0 along those that a tensor does not have. */
function strides(dims: Dims, names: readonly string[]): readonly number[] {
  const found = new Map<string, number>();
  let step = 1;
  for (const [name, size] of [...dims].reverse()) {
    found.set(name, step);
    step *= size;
  }
  return names.map((name) => found.get(name) ?? 0);
}

function product(a: Dims, x: Float32Array, b: Dims, y: Float32Array, c: Dims): Float32Array {
  const all = new Map([...c, ...a, ...b]);
  const [names, sizes] = [[...all.keys()], [...all.values()]];
  const [inA, inB, inC] = [strides(a, names), strides(b, names), strides(c, names)];
  const out = new Float32Array(c.reduce((n, [, size]) => n * size, 1));
  const visit = (depth: number, i: number, j: number, k: number): void => {
    const [stepA, stepB, stepC] = [inA[depth] ?? 0, inB[depth] ?? 0, inC[depth] ?? 0];
    const size = sizes[depth] ?? 1;
    // The innermost has a loop of its own: a call for each product takes several times as long.
    if (depth >= names.length - 1) {
      for (let n = 0; n < size; n++) {
        const at = k + n * stepC;
        out[at] = out[at]! + x[i + n * stepA]! * y[j + n * stepB]!;
      }
      return;
    }
    for (let n = 0; n < size; n++) visit(depth + 1, i + n * stepA, j + n * stepB, k + n * stepC);
  };
  visit(0, 0, 0, 0);
  return out;
}

/** Both hold small integers as they are. */
const halves = ["bfloat16", "float16"] as const;

/** What an operand of these dims may rest as: an int8 with scales that the result has, and without. */
function restsOf(dims: Dims, c: Dims): readonly Rest[] {
  const kept = dims.flatMap(([name]) => (c.some(([d]) => d === name) ? [name] : []));
  const all = dims.map(([name]) => name);
  const scales = [kept, kept.slice(0, 1), kept.slice(1), [], all.slice(-1)];
  return [...halves, ...scales.map((names) => ({ dtype: "int8", scales: names }) as const)];
}

/** Integers that rest as they are: those of an int8 are each scale, a power of two, times up to 127. */
function exact(numbers: Float32Array, dims: Dims, rest: Rest): Float32Array {
  if (typeof rest === "string") return numbers;
  const made = numbers.slice();
  const seen = new Set<number>();
  const sized = { dims: sliceOf(dims).dims, dtype: "float32", rest } as const;
  eachRow(sized, ({ begin, end, scale, step }) => {
    for (let i = begin, s = scale; i < end; i++, s += step) {
      made[i] = (seen.has(s) ? made[i]! : 127) * 2 ** (s % 3);
      seen.add(s);
    }
  });
  return made;
}

const found = findBlas({ threads: 1, alone: false });
/** How often a BLAS multiplied since the test began. */
let calls = 0;
const counted = found && {
  ...found,
  sgemm(...given: Parameters<typeof found.sgemm>) {
    calls++;
    found.sgemm(...given);
  },
};

const ways: readonly (readonly [string, WasmOptions])[] = [
  ["relaxed SIMD", { relaxed: true, blas: "off" }],
  ["plain SIMD", { relaxed: false, blas: "off" }],
  ["BLAS", { blas: counted ?? "off" }],
];

describe.each(ways)("%s", async (name, options) => {
  const byBlas = name === "BLAS";
  // Without one, its products would be ours once more.
  const test = byBlas && !found ? vitest.skip : vitest;
  const backend = await wasmBackend(options);

  // Small products and those of few rows are ours beside any BLAS, so that sizes that are not chosen
  // for it would try ours a third time.
  let called = byBlas;
  beforeEach(() => {
    calls = 0;
    called = byBlas;
  });
  afterEach((context) => {
    if (context.task.result?.state !== "fail") expect(calls > 0, "a BLAS was called").toBe(called);
  });

  function multiply(a: Dims, b: Dims, c: Dims): void {
    const kernel = backend.bind(
      { kind: "einsum", attributes: {} },
      [sliceOf(a), sliceOf(b)],
      [sliceOf(c)],
      [],
    );
    const [x, y] = [numbers(a, 1), numbers(b, 5)];
    const operands = [a, b].map((dims, i) => {
      const shape = dims.map(([, size]) => size);
      return backend.upload([x, y][i]!, shape, "float32");
    });
    const [result] = kernel(operands) as readonly Buffer[];
    const expected = product(a, x, b, y, c);
    const actual = backend.view(result!)! as Float32Array;
    const wrong = expected.findIndex((value, i) => value !== actual[i]);
    expect(wrong, `${JSON.stringify({ a, b, c })}: ${actual[wrong]} for ${expected[wrong]}`).toBe(
      -1,
    );
    const add = backend.bindAdding!(
      { kind: "einsum", attributes: {} },
      [sliceOf(a), sliceOf(b)],
      sliceOf(c),
    );
    if (add) {
      add(operands, result!);
      const sum = backend.view(result!)! as Float32Array;
      const off = expected.findIndex((value, i) => 2 * value !== sum[i]);
      expect(off, `${JSON.stringify({ a, b, c })}, added to itself`).toBe(-1);
    }
    for (const [at, dims] of [a, b].entries()) {
      for (const rest of restsOf(dims, c)) {
        const slices = [sliceOf(a), sliceOf(b)];
        slices[at] = { ...slices[at]!, rest };
        const op = { kind: "einsum", attributes: {} } as const;
        const resting = backend.bindResting!(op, slices, [sliceOf(c)], []);
        if (!resting) continue;
        const sized = { dims: slices[at]!.dims, dtype: "float32", rest } as const;
        const given = [x, y];
        given[at] = exact(given[at]!, dims, rest);
        const bytes = narrow(given[at]!, sized)!;
        const narrowed = backend.upload(bytes, [bytes.length], "bool");
        const [made] = resting(operands.map((o, i) => (i === at ? narrowed : o))) as Buffer[];
        const found = backend.view(made!)! as Float32Array;
        const wanted = typeof rest === "string" ? expected : product(a, given[0]!, b, given[1]!, c);
        const off = wanted.findIndex((value, i) => value !== found[i]);
        const what = JSON.stringify({ a, b, c, rest, at });
        expect(off, `${what}: ${found[off]} for ${wanted[off]}`).toBe(-1);
        for (const buffer of [narrowed, made!]) backend.dispose(buffer);
      }
    }
    for (const buffer of [...operands, result!]) backend.dispose(buffer);
  }

  test("odd sizes around tiles, panels and blocks, in any order of dims", () => {
    const size = byBlas
      ? fc.constantFrom(2, 9, 31, 33, 66)
      : fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 13, 31, 66);
    const shuffled = (names: string[]) =>
      fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length });
    const order = fc.tuple(
      shuffled(["b", "m", "k"]),
      shuffled(["b", "k", "n"]),
      shuffled(["b", "m", "n"]),
    );
    const batch = fc.constantFrom(1, 1, 2, 3);
    const drawn = fc.tuple(order, batch, size, size, size);
    void fc.assert(
      fc.property(drawn, ([orders, b, m, k, n]) => {
        const sizes: Record<string, number> = { b, m, k, n };
        const dims = (names: readonly string[]): Dims => names.map((d) => [d, sizes[d]!]);
        multiply(dims(orders[0]), dims(orders[1]), dims(orders[2]));
      }),
      { numRuns: draws(byBlas ? 40 : 120) },
    );
  });

  test("groups of several dims that no single stride describes", () => {
    const shuffled = (names: string[]) =>
      fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length });
    const apart = fc.tuple(
      shuffled(["b", "m", "o", "k", "l"]),
      shuffled(["b", "k", "l", "n", "p"]),
      shuffled(["b", "m", "o", "n", "p"]),
    );
    // A BLAS is given groups that lie together in both of their arrays.
    const [rows, columns, depths] = [
      ["m", "o"],
      ["n", "p"],
      ["k", "l"],
    ];
    const ofWhole = (one: string[], other: string[]) =>
      fc.constantFrom(
        [...one, "b", ...other],
        [...other, "b", ...one],
        ["b", ...one, ...other],
        ["b", ...other, ...one],
      );
    const whole = fc.tuple(
      ofWhole(rows!, depths!),
      ofWhole(depths!, columns!),
      ofWhole(rows!, columns!),
    );
    const order = byBlas ? fc.oneof({ weight: 3, arbitrary: whole }, apart) : apart;
    const size = byBlas ? fc.constantFrom(6, 7) : fc.constantFrom(2, 3, 5);
    void fc.assert(
      fc.property(fc.tuple(order, size, size, size), ([orders, s, t, u]) => {
        const sizes: Record<string, number> = { b: 2, m: s, o: t, k: u, l: t, n: u, p: s };
        const dims = (names: readonly string[]): Dims => names.map((d) => [d, sizes[d]!]);
        multiply(dims(orders[0]), dims(orders[1]), dims(orders[2]));
      }),
      { numRuns: draws(byBlas ? 40 : 120) },
    );
  });

  test("a number that is none reaches its own row and column, and no other", () => {
    const rare = fc.tuple(
      fc.nat(),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    );
    const rares = fc.array(rare, { maxLength: 9 });
    const between = (min: number, max: number) => fc.integer({ min, max });
    const drawn = fc.record({
      m: byBlas ? between(17, 40) : between(1, 34),
      k: byBlas ? between(50, 70) : between(1, 40),
      n: byBlas ? between(20, 33) : between(1, 11),
      lies: fc.constantFrom("nk", "kn"),
      seed: fc.nat(1000),
      ...{ inX: rares, inY: rares },
    });
    void fc.assert(
      fc.property(drawn, ({ m, k, n, lies, seed, inX, inY }) => {
        const a: Dims = [
          ["m", m],
          ["k", k],
        ];
        const b: Dims = [...lies].map((d) => [d, d === "n" ? n : k] as const);
        const c: Dims = [
          ["m", m],
          ["n", n],
        ];
        const [left, right] = [numbers(a, seed), numbers(b, seed + 7)];
        for (const [at, value] of inX) left[at % left.length] = value;
        for (const [at, value] of inY) right[at % right.length] = value;
        const made = productBy(backend, [a, b, c], left, right);
        // The sign of a zero is nobody's.
        const expected = product(a, left, b, right, c);
        expect(Array.from(made, (z) => z + 0)).toEqual(Array.from(expected, (z) => z + 0));
      }),
      { numRuns: draws(100) },
    );
  });

  test("scales of an int8 come before anything is infinite for want of them", () => {
    const number = fc.constantFrom(0, 1, -2, 3, 1e30, -1e36, Number.NaN, Number.NEGATIVE_INFINITY);
    const drawn = fc
      .record({
        m: byBlas ? fc.integer({ min: 17, max: 24 }) : fc.integer({ min: 1, max: 12 }),
        k: byBlas ? fc.integer({ min: 50, max: 60 }) : fc.integer({ min: 2, max: 40 }),
        n: byBlas ? fc.integer({ min: 20, max: 30 }) : fc.integer({ min: 2, max: 19 }),
        lies: fc.constantFrom("nk", "kn"),
        size: fc.constantFrom(1e-30, 1e-5, 1e-2),
      })
      .chain(({ m, k, n, lies, size }) =>
        fc.record({
          a: fc.constant<Dims>([["m", m] as const, ["k", k] as const]),
          b: fc.constant<Dims>([...lies].map((d) => [d, d === "n" ? n : k] as const)),
          x: fc.array(fc.oneof({ weight: 40, arbitrary: fc.constantFrom(0, 1, -2) }, number), {
            minLength: m * k,
            maxLength: m * k,
          }),
          y: fc.array(
            fc.integer({ min: -9, max: 9 }).map((i) => i * size),
            { minLength: n * k, maxLength: n * k },
          ),
        }),
      );
    void fc.assert(
      fc.property(drawn, ({ a, b, x, y }) => {
        const c: Dims = [a[0]!, b.find(([d]) => d === "n")!];
        const rest = { dtype: "int8", scales: ["n"] } as const;
        const sized = { dims: sliceOf(b).dims, dtype: "float32", rest } as const;
        const wide = new Float32Array(y.length);
        widen(narrow(Float32Array.from(y), sized)!, sized, wide);
        const left = Float32Array.from(x);
        const made = productBy(backend, [a, b, c], left, Float32Array.from(y), rest);
        const expected = product(a, left, b, wide, c);
        const sums = product(a, left.map(Math.abs), b, wide.map(Math.abs), c);
        made.forEach((z, i) => {
          const near = Math.abs(z - expected[i]!) <= 1e-5 * sums[i]! + 1e-44;
          const what = JSON.stringify({ a, b, at: i });
          expect(near || Object.is(z, expected[i]), `${what}: ${z} for ${expected[i]}`).toBe(true);
        });
      }),
      { numRuns: draws(byBlas ? 40 : 150) },
    );
  });

  test.each([
    [130, 300, 20, "BLAS"],
    [9, 257, 1030, "BLAS"],
    [3, 5000, 12, "BLAS"],
    [1, 600, 1500, "ours"],
    [1, 9, 5001, "BLAS"],
    [1500, 600, 1, "ours"],
    [25, 25, 25, "ours"],
  ])("%i x %i x %i crosses the blocks, and is the best of %s", (m, k, n, best) => {
    called &&= best === "BLAS";
    const [ms, ks, ns] = [["m", m] as const, ["k", k] as const, ["n", n] as const];
    multiply([ms, ks], [ks, ns], [ms, ns]);
    multiply([ks, ms], [ns, ks], [ns, ms]);
  });

  test.each([
    [16, "ours"],
    [17, "BLAS"],
  ])("%i rows times halves that lie whole are the best of %s", (m, best) => {
    called &&= best === "BLAS";
    const dims: readonly [Dims, Dims, Dims] = [
      [
        ["m", m],
        ["k", 40],
      ],
      [
        ["n", 30],
        ["k", 40],
      ],
      [
        ["m", m],
        ["n", 30],
      ],
    ];
    const [x, y] = [numbers(dims[0], 1), numbers(dims[1], 5)];
    const made = productBy(backend, dims, x, y, "bfloat16");
    expect([...made]).toEqual([...product(dims[0], x, dims[1], y, dims[2])]);
  });
});

/** What a backend makes of two arrays, the second of which may rest narrow. */
function productBy(
  backend: Backend,
  [a, b, c]: readonly [a: Dims, b: Dims, c: Dims],
  x: Float32Array,
  y: Float32Array,
  rest?: Rest,
): Float32Array {
  const op = { kind: "einsum", attributes: {} } as const;
  const second: Slice = { ...sliceOf(b), ...(rest && { rest }) };
  const slices = [sliceOf(a), second];
  const kernel = rest
    ? backend.bindResting!(op, slices, [sliceOf(c)], [])!
    : backend.bind(op, slices, [sliceOf(c)], []);
  const bytes = rest && narrow(y, { dims: second.dims, dtype: "float32", rest })!;
  const shape = (dims: Dims) => dims.map(([, size]) => size);
  const operands = [
    backend.upload(x, shape(a), "float32"),
    bytes ? backend.upload(bytes, [bytes.length], "bool") : backend.upload(y, shape(b), "float32"),
  ];
  const [made] = kernel(operands) as readonly Buffer[];
  const numbers = backend.read(made!) as Float32Array;
  for (const buffer of [...operands, made!]) backend.dispose(buffer);
  return numbers;
}

vitest.each(ways.slice(0, 2))(
  "a row times columns that lie whole is the same in any number of rows: %s",
  async (_, options) => {
    const backend = await wasmBackend(options);
    const drawn = fc.record({
      rows: fc.integer({ min: 2, max: 32 }),
      depths: fc.tuple(fc.integer({ min: 2, max: 70 }), fc.constantFrom(1, 1, 2, 3)),
      columns: fc.integer({ min: 2, max: 13 }),
      rest: fc.constantFrom(undefined, ...halves, { dtype: "int8", scales: ["n"] } as const),
      seed: fc.nat(1000),
      last: fc.constantFrom(1, 1, 1e30, Number.POSITIVE_INFINITY),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ rows, depths: [k, l], columns: n, rest, seed, last }) => {
        // The depths are as many runs of b as its outer dim is long.
        const dimsOf = (m: number): [a: Dims, b: Dims, c: Dims] => [
          [
            ["m", m],
            ["l", l],
            ["k", k],
          ],
          [
            ["l", l],
            ["n", n],
            ["k", k],
          ],
          [
            ["m", m],
            ["n", n],
          ],
        ];
        const random = (count: number, of: number) =>
          Float32Array.from({ length: count }, (_, i) => Math.sin(1 + of + 12.9898 * i));
        const [x, y] = [random(rows * k * l, seed), random(n * k * l, seed + 7)];
        x[x.length - 1]! *= last;
        const all = productBy(backend, dimsOf(rows), x, y, rest);
        for (let row = 0; row < rows; row++) {
          const own = x.subarray(row * k * l, (row + 1) * k * l);
          const alone = productBy(backend, dimsOf(1), own, y, rest);
          expect([...all.subarray(row * n, (row + 1) * n)]).toEqual([...alone]);
        }
      }),
      { numRuns: draws(60) },
    );
  },
);

vitest.each(ways.slice(0, 2))(
  "a row times halves that lie whole has the bits of one times what they are: %s",
  async (_, options) => {
    const backend = await wasmBackend(options);
    const drawn = fc.record({
      k: fc.oneof(
        fc.integer({ min: 1, max: 12 }).map((i) => 8 * i),
        fc.integer({ min: 2, max: 70 }),
      ),
      n: fc.integer({ min: 2, max: 26 }),
      rest: fc.constantFrom(...halves),
      seed: fc.nat(1000),
    });
    void fc.assert(
      fc.property(drawn, ({ k, n, rest, seed }) => {
        const dims: readonly [Dims, Dims, Dims] = [
          [["k", k]],
          [
            ["n", n],
            ["k", k],
          ],
          [["n", n]],
        ];
        const random = (count: number, of: number) =>
          Float32Array.from({ length: count }, (_, i) => Math.sin(1 + of + 12.9898 * i));
        const [x, y] = [random(k, seed), random(n * k, seed + 7)];
        const sized = { dims: sliceOf(dims[1]).dims, dtype: "float32", rest } as const;
        const wide = new Float32Array(y.length);
        widen(narrow(y, sized)!, sized, wide);
        expect([...productBy(backend, dims, x, y, rest)]).toEqual([
          ...productBy(backend, dims, x, wide),
        ]);
      }),
      { numRuns: draws(80) },
    );
  },
);

vitest("a buffer that was written in place gives a new product", async () => {
  const backend = await wasmBackend();
  const [a, b, c]: Dims[] = [
    [
      ["m", 9],
      ["k", 4],
    ],
    [
      ["k", 4],
      ["n", 9],
    ],
    [
      ["m", 9],
      ["n", 9],
    ],
  ];
  const op = { kind: "einsum", attributes: {} } as const;
  const kernel = backend.bind(op, [sliceOf(a!), sliceOf(b!)], [sliceOf(c!)], []);
  const x = backend.allocate([9, 4], "float32", 1);
  const y = backend.allocate([4, 9], "float32", 1);
  const first = kernel([x, y]) as readonly Buffer[];
  backend.write(y, 0, new Float32Array(36).fill(3));
  const second = kernel([x, y]) as readonly Buffer[];
  expect(backend.view(first[0]!)![0]).toBe(4);
  expect(backend.view(second[0]!)![80]).toBe(12);
  for (const buffer of [x, y, ...first, ...second]) backend.dispose(buffer);
});
