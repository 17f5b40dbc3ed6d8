import { expect, it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { simulator } from "../simulator.ts";

// These are about numbers: the compiler is asked elsewhere.
// biome-ignore lint/suspicious/noExplicitAny: see above
const [m, nn]: any[] = [mtf, layers];

const [batch, heads, kv] = [m.dimension("batch", 2), m.dimension("heads", 3), m.dimension("kv", 4)];

interface Case {
  readonly size: number;
  readonly back: number;
  readonly ahead: number;
}

/** Which of its row's documents each position is of, and what becomes of weights. */
const segments = (size: number) =>
  Int32Array.from({ length: 2 * size }, (_, i) => Math.floor((i % size) / (4 + 3 * (i / size))));
const changed = (weights: never) => m.mul(weights, weights);

/** Attention with all hidden but what is near, and of the same document. */
function full({ size, back, ahead }: Case) {
  const there = m.dimension("there", size);
  const far = nn.relativePositions(m.dimension("length", size), there);
  const near = m.and(m.greaterEqual(far, -back), m.lessEqual(far, ahead));
  return (q: never, k: never, v: never, segment: never) => {
    const visible = m.and(near, m.equal(segment, m.rename(segment, "length", "there")));
    const [keys, values] = [k, v].map((x) => m.rename(x, "length", "there"));
    const given = { over: "there", within: "kv", scale: 0.5, extra: 0.25, weights: changed };
    return nn.attention(q, keys, values, { ...given, visible });
  };
}

function local({ back, ahead }: Case) {
  return (q: never, k: never, v: never, segment: never) => {
    const given = { along: "length", within: "kv", scale: 0.5, extra: 0.25, weights: changed };
    return nn.localAttention(q, k, v, { ...given, back, ahead, segment });
  };
}

/** What it gives, and the gradients of a sum of it. */
async function compute(
  of: (c: Case) => (...xs: never[]) => unknown,
  c: Case,
  backend: "reference" | "wasm",
  rules: object,
): Promise<number[]> {
  const length = m.dimension("length", c.size);
  const mesh = m.defineMesh({ a: 3 });
  const layout = m.defineLayout({ dims: { batch, length, heads, kv }, mesh, rules });
  const x = m.placeholder([batch, length, heads, kv]);
  const own = m.placeholder([batch, length], "int32");
  const fn = (q: never, k: never, v: never, segment: never) => {
    const given = (p: never[]) => of(c)(p[0] as never, p[1] as never, p[2] as never, segment);
    const lossOf = (p: never[]) => m.sum(m.mul(given(p), q));
    return [given([q, k, v] as never[]), m.grad(lossOf)([q, k, v])];
  };
  const devices = await simulator(mesh, { backend });
  const run = await devices.load(m.lower(fn, { layout, inputs: [x, x, x, own] }));
  const numbers = [1, 2, 3].map((salt) =>
    Float32Array.from({ length: 24 * c.size }, (_, i) => Math.sin(salt * 7.3 + i * (salt + 1.7))),
  );
  const results = await (run as never as (...xs: unknown[]) => Promise<never[]>)(
    ...numbers,
    segments(c.size),
  );
  const read = results.flat() as { read(): Promise<ArrayLike<number>> }[];
  const all = await Promise.all(read.map(async (one) => Array.from(await one.read())));
  await devices.close();
  return all.flat();
}

it.each([
  { size: 13, back: 3, ahead: 0 },
  { size: 11, back: 4, ahead: 2 },
  { size: 24, back: 7, ahead: 0 },
  { size: 7, back: 0, ahead: 2 },
  { size: 5, back: 9, ahead: 9 },
])(
  "of $size positions each sees $back behind and $ahead ahead, whatever the blocks and the layout",
  async (c) => {
    const wanted = await compute(full, c, "reference", {});
    for (const rules of [{}, { length: "a" }, { heads: "a" }]) {
      for (const backend of ["reference", "wasm"] as const) {
        const found = await compute(local, c, backend, rules);
        expect(found).toHaveLength(wanted.length);
        const far = Math.max(...found.map((x, i) => Math.abs(x - wanted[i]!)));
        expect(far, `${backend} ${JSON.stringify(rules)}`).toBeLessThan(2e-6);
      }
    }
  },
);

it("computes what is near alone: of a length twice as long it holds twice as much", () => {
  const peak = (of: (c: Case) => unknown, size: number): number => {
    const length = m.dimension("length", size);
    const x = m.placeholder([batch, length, heads, kv]);
    const own = m.placeholder([batch, length], "int32");
    const dims = { batch, length, heads, kv };
    const layout = m.defineLayout({ dims, mesh: m.defineMesh({ a: 1 }), rules: {} });
    const fn = of({ size, back: 15, ahead: 0 });
    return m.memoryPlan(m.lower(fn, { layout, inputs: [x, x, x, own] }).program).peakBytes;
  };
  expect(peak(local, 2048) / peak(local, 1024)).toBeLessThan(2.05);
  expect(peak(full, 2048) / peak(full, 1024)).toBeGreaterThan(3.5);
});

it("where positions are split, margins of keys and of values are exchanged, and nothing else", () => {
  const length = m.dimension("length", 24);
  const x = m.placeholder([batch, length, heads, kv]);
  const layout = m.defineLayout({
    dims: { batch, length, heads, kv },
    mesh: m.defineMesh({ a: 3 }),
    rules: { length: "a" },
  });
  const fn = (q: never, k: never, v: never) =>
    nn.localAttention(q, k, v, { along: "length", within: "kv", back: 7 });
  const { entries } = m.ledger(m.lower(fn, { layout, inputs: [x, x, x] }).program);
  const margins = 2 * 7 * 2 * 3 * 4 * 4;
  expect(entries.map((c: { bytes: number }) => c.bytes)).toEqual([margins, margins]);
});
