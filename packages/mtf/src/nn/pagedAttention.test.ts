import fc from "fast-check";
import { expect, it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { simulator } from "../simulator.ts";
import { draws } from "../testing/draws.ts";

// These are about numbers: the compiler is asked elsewhere.
// biome-ignore lint/suspicious/noExplicitAny: see above
const [m, nn]: any[] = [mtf, layers];

interface Case {
  /** How many tokens each row has, and how many of the queries are its own. */
  readonly rows: readonly (readonly [before: number, count: number])[];
  readonly length: number;
  readonly window: number | undefined;
  /** How many queries share a head of keys. */
  readonly group: number;
}

const [size, heads, kv] = [4, 2, 6];

function dimsOf({ rows, length, group }: Case) {
  const most = Math.max(...rows.map(([before, count]) => before + count));
  // Tables are wider than rows are long.
  const page = Math.ceil(most / size) + 1;
  const block = rows.length * page + 1;
  return m.defineDims({ batch: rows.length, length, heads, group, kv, block, offset: size, page });
}

/** Blocks in no order, -1 where a row has none. */
function tableOf(c: Case): readonly number[][] {
  const { page, block } = dimsOf(c);
  return c.rows.map(([before, count], row) =>
    Array.from({ length: page.size }, (_, i) =>
      i * size < before + count ? block.size - 1 - (i * c.rows.length + row) : -1,
    ),
  );
}

const queryAt = (row: number, token: number, head: number, group: number, i: number) =>
  Math.sin(7 * row + 3 * token + 5 * head + 11 * group + i);
const keyAt = (block: number, offset: number, head: number, i: number) =>
  Math.cos(13 * block + 5 * offset + 3 * head + 2 * i);
const valueAt = (block: number, offset: number, head: number, i: number) =>
  Math.sin(17 * block + 7 * offset + 2 * head + 3 * i);

/** Each query by itself, in float64. */
function expected(c: Case): number[] {
  const table = tableOf(c);
  const found: number[] = [];
  c.rows.forEach(([before, count], row) => {
    for (let token = 0; token < c.length; token++)
      for (let head = 0; head < heads; head++)
        for (let group = 0; group < c.group; group++) {
          const end = token < count ? before + token + 1 : 0;
          const begin = Math.max(0, end - (c.window ?? end));
          const sum = new Float64Array(kv);
          let weights = 0;
          for (let at = begin; at < end; at++) {
            const [block, offset] = [table[row]![Math.floor(at / size)]!, at % size];
            let product = 0;
            for (let i = 0; i < kv; i++)
              product += queryAt(row, token, head, group, i) * keyAt(block, offset, head, i);
            const weight = Math.exp(product / 2);
            weights += weight;
            for (let i = 0; i < kv; i++) sum[i]! += weight * valueAt(block, offset, head, i);
          }
          found.push(...sum.map((x) => (weights > 0 ? x / weights : 0)));
        }
  });
  return found;
}

type Rules = Readonly<Record<string, string | readonly string[]>>;

const paged = { along: "length", block: "block", offset: "offset", page: "page", within: "kv" };
const mesh = mtf.defineMesh("p:2,q:2");

function lowered(c: Case, rules: Rules) {
  const dims = dimsOf(c);
  const { batch, length, group, block, offset, page } = dims;
  const pool = m.placeholder([block, offset, dims.heads, dims.kv]);
  const counts = m.placeholder([batch], "int32");
  const table = m.placeholder([batch, page], "int32");
  const query = m.placeholder([batch, length, dims.heads, group, dims.kv]);
  const fn = (q: never, k: never, v: never, table: never, before: never, counts: never) =>
    nn.pagedAttention(q, k, v, { ...paged, table, before, counts, scale: 0.5, window: c.window });
  const layout = m.defineLayout({ dims, mesh, rules });
  return m.lower(fn, { layout, inputs: [query, pool, pool, table, counts, counts] });
}

/** The numbers of a function of indices, row by row. */
function numbers(sizes: readonly number[], at: (...index: never[]) => number): Float32Array {
  const all = sizes.reduce<readonly number[][]>(
    (found, n) => found.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  );
  return Float32Array.from(all, (index) => at(...(index as never[])));
}

async function compute(c: Case, backend: "reference" | "wasm" | "cpu", rules: Rules) {
  const devices = await simulator(mesh, { backend });
  const run = (await devices.load(lowered(c, rules) as never)) as never as (
    ...xs: unknown[]
  ) => Promise<{ read(): Promise<ArrayLike<number>> }>;
  const { block } = dimsOf(c);
  const pool = [block.size, size, heads, kv];
  const result = await run(
    numbers([c.rows.length, c.length, heads, c.group, kv], queryAt as never),
    ...[numbers(pool, keyAt as never), numbers(pool, valueAt as never)],
    Int32Array.from(tableOf(c).flat()),
    ...[0, 1].map((side) => Int32Array.from(c.rows, (row) => row[side]!)),
  );
  const found = Array.from(await result.read());
  await devices.close();
  return found;
}

async function expectRight(c: Case, backend: "reference" | "wasm" | "cpu", rules: Rules) {
  const [wanted, found] = [expected(c), await compute(c, backend, rules)];
  expect(found).toHaveLength(wanted.length);
  const far = Math.max(...found.map((x, i) => Math.abs(x - wanted[i]!)));
  expect(far).toBeLessThan(2e-6);
}

const cases: fc.Arbitrary<Case> = fc.integer({ min: 1, max: 12 }).chain((length) =>
  fc.record({
    rows: fc.array(fc.tuple(fc.nat(20), fc.nat(length)), { minLength: 1, maxLength: 4 }),
    length: fc.constant(length),
    window: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    group: fc.integer({ min: 1, max: 2 }),
  }),
);
const axis = fc.constantFrom(undefined, "p", "q", ["p", "q"]);
const names = ["batch", "length", "heads", "group", "kv", "block", "offset", "page"];
const layouts = fc
  .record(Object.fromEntries(names.map((name) => [name, axis])))
  .map((rules) => Object.fromEntries(Object.entries(rules).filter(([, to]) => to)) as Rules);

it("is what each query sees by itself, under every layout", async () => {
  const backends = fc.constantFrom("reference", "wasm", "cpu");
  await fc.assert(
    fc.asyncProperty(cases, layouts, backends, (c, rules, backend) =>
      expectRight(c, backend as "wasm", rules),
    ),
    { numRuns: draws(25) },
  );
});

it.each([undefined, 50])(
  "is so of long rows and many queries, with a window of %s",
  async (window) => {
    const rows = [
      [130, 70],
      [0, 9],
      [200, 1],
      [3, 0],
    ] as const;
    const c = { rows, length: 70, window, group: 2 };
    for (const rules of [{}, { length: "p", heads: "q" }] as Rules[])
      await expectRight(c, "wasm", rules);
  },
);

it.each([
  [{ batch: "p", heads: "q" }, []],
  // Keys are brought together from the devices that have them.
  [{ block: "p" }, ["all-reduce(p)"]],
] as const)("under %o it moves %o", (rules, moves) => {
  const c: Case = {
    rows: [
      [60, 1],
      [9, 1],
    ],
    length: 1,
    window: undefined,
    group: 1,
  };
  const { entries } = m.ledger(lowered(c, rules).program);
  expect([
    ...new Set(entries.map((e: { name: string; axes: string[] }) => `${e.name}(${e.axes})`)),
  ]).toEqual(moves);
});

it("refuses keys, tables and windows that do not fit", () => {
  const dims = m.defineDims({ batch: 2, length: 3, heads, kv, block: 5, offset: size, page: 2 });
  const { batch, length, block, offset, page } = dims;
  const layout = m.defineLayout({ dims, mesh, rules: {} });
  const pool = [block, offset, dims.heads, dims.kv];
  const attending =
    (keys: readonly unknown[], table: readonly unknown[], options: object) => () => {
      const query = m.placeholder([batch, length, dims.heads, dims.kv]);
      const ints = [table, [batch]].map((of) => m.placeholder(of, "int32"));
      const fn = (q: never, k: never, table: never, counts: never) =>
        nn.pagedAttention(q, k, k, { ...paged, table, before: counts, counts, ...options });
      return m.lower(fn, { layout, inputs: [query, m.placeholder(keys), ...ints] });
    };
  expect(attending(pool, [batch, page], {})).not.toThrow();
  expect(attending([...pool, m.dimension("other", 2)], [batch, page], {})).toThrow(
    "'other' lines up with none",
  );
  expect(attending([...pool, length], [batch, page], {})).toThrow("already has a dim 'length'");
  expect(attending(pool, [batch, dims.heads, page], {})).toThrow("'heads' is none");
  expect(attending(pool, [page], {})).toThrow("not so of 'batch'");
  expect(attending(pool, [batch, page], { window: 0 })).toThrow("options.window");
});
