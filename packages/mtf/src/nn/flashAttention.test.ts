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
  readonly length: number;
  readonly memory: number;
  readonly causal: boolean;
  readonly documents: boolean;
  /** The dims of what is added to products. */
  readonly bias?: readonly string[] | undefined;
  readonly rate: number;
  /** How many queries share a head of keys. */
  readonly group: number;
}

function dimsOf({ length, memory, group }: Case) {
  return m.defineDims({ batch: 2, length, memory, heads: 3, kv: 4, group });
}

/** Attention with all weights at once. */
function plain(c: Case) {
  const { length, memory } = dimsOf(c);
  return (q: never, k: never, v: never, segment: never) => {
    const past = c.causal && nn.causal(length, memory);
    const own = c.documents && m.equal(segment, m.rename(segment, "length", "memory"));
    const bias = biasOf(c, q);
    const visible = past && own ? m.and(past, own) : past || own || undefined;
    const weights = (x: never) => nn.dropout(m.key(7), x, c.rate);
    return nn.attention(q, k, v, {
      over: "memory",
      within: "kv",
      scale: 0.5,
      bias,
      visible,
      weights,
    });
  };
}

/** Numbers that depend on the queries, if their dims are those of a bias. */
function biasOf(c: Case, q: never) {
  const dims = dimsOf(c);
  const given = c.bias?.map((name) => dims[name]);
  if (!given) return undefined;
  const size = given.reduce((n, d) => n * d.size, 1);
  const some = m.constant(
    Array.from({ length: size }, (_, i) => Math.cos(i * i)),
    given,
  );
  return m.mul(some, m.mean(q));
}

function flash(c: Case) {
  const { causal, documents, rate } = c;
  return (q: never, k: never, v: never, segment: never) =>
    nn.flashAttention(q, k, v, {
      ...{ along: "length", over: "memory", within: "kv", scale: 0.5, causal },
      ...(documents && { segment }),
      bias: biasOf(c, q),
      dropout: { key: m.key(7), rate },
    });
}

function placeholders(c: Case) {
  const { batch, length, memory, heads, kv, group } = dimsOf(c);
  const query = m.placeholder([batch, length, heads, group, kv]);
  const keys = m.placeholder([batch, memory, heads, kv]);
  return [query, keys, keys, m.placeholder([batch, length], "int32")];
}

type Rules = Readonly<Record<string, string | readonly string[]>>;

function lowered(of: (c: Case) => (...xs: never[]) => unknown, c: Case, rules: Rules) {
  const fn = (q: never, k: never, v: never, segment: never) => {
    const given = (p: never[]) => of(c)(p[0] as never, p[1] as never, p[2] as never, segment);
    const lossOf = (p: never[]) => m.sum(m.mul(given(p), m.sin(q)));
    return [given([q, k, v] as never[]), m.grad(lossOf)([q, k, v])];
  };
  const layout = m.defineLayout({ dims: dimsOf(c), mesh: m.defineMesh("p:2,q:2"), rules });
  return m.lower(fn, { layout, inputs: placeholders(c) });
}

/** What it gives, and the gradients of a sum of it. */
async function compute(
  of: (c: Case) => (...xs: never[]) => unknown,
  c: Case,
  backend: "reference" | "wasm" | "cpu",
  rules: Rules,
): Promise<number[]> {
  const devices = await simulator(m.defineMesh("p:2,q:2"), { backend });
  const run = await devices.load(lowered(of, c, rules));
  const numbers = placeholders(c)
    .slice(0, 3)
    .map((x, salt) => {
      const size = x.names.reduce((n: number, name: string) => n * x.dims[name].size, 1);
      const at = (i: number) => Math.sin(salt * 7.3 + i * (salt + 1.7));
      return Float32Array.from({ length: size }, (_, i) => at(i));
    });
  const documents = Int32Array.from({ length: 2 * c.length }, (_, i) =>
    Math.floor((i % c.length) / 3),
  );
  const results = await (run as never as (...xs: unknown[]) => Promise<never[]>)(
    ...numbers,
    documents,
  );
  const read = results.flat() as { read(): Promise<ArrayLike<number>> }[];
  const all = await Promise.all(read.map(async (one) => Array.from(await one.read())));
  await devices.close();
  return all.flat();
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    length: fc.integer({ min: 1, max: 11 }),
    memory: fc.integer({ min: 1, max: 11 }),
    causal: fc.boolean(),
    documents: fc.boolean(),
    rate: fc.constantFrom(0, 0, 0.3),
    group: fc.integer({ min: 1, max: 2 }),
    bias: fc.option(fc.subarray(["batch", "length", "memory", "heads", "group"]), {
      nil: undefined,
    }),
  })
  .map((c) => (c.documents ? { ...c, memory: c.length } : c));
const axis = fc.constantFrom(undefined, "p", "q", ["p", "q"]);
const layouts = fc
  .record({ batch: axis, length: axis, memory: axis, heads: axis, group: axis, kv: axis })
  .map((rules) => Object.fromEntries(Object.entries(rules).filter(([, to]) => to)) as Rules);

async function expectPlain(
  c: Case,
  backend: "reference" | "wasm" | "cpu",
  layouts: readonly Rules[],
) {
  const wanted = await compute(plain, c, "reference", {});
  for (const rules of layouts) {
    const found = await compute(flash, c, backend, rules);
    expect(found).toHaveLength(wanted.length);
    const far = Math.max(...found.map((x, i) => Math.abs(x - wanted[i]!)));
    expect(far).toBeLessThan(2e-6);
  }
}

it("is attention with all weights at once, and so are its gradients, under every layout", async () => {
  const backends = fc.constantFrom("reference", "wasm", "cpu");
  await fc.assert(
    fc.asyncProperty(cases, layouts, backends, (c, rules, backend) =>
      expectPlain(c, backend as "wasm", [rules]),
    ),
    { numRuns: draws(15) },
  );
});

it.each([
  { causal: true, documents: false, rate: 0 },
  { causal: true, documents: true, rate: 0.3 },
  { causal: false, documents: false, rate: 0 },
  { causal: true, documents: false, rate: 0.3, bias: ["length", "heads", "memory"] },
  { causal: true, documents: true, rate: 0, bias: ["memory", "batch"] },
  { causal: false, documents: false, rate: 0, bias: ["heads"] },
])("is so over many blocks: $causal $documents $rate $bias", async (given) => {
  const c = { ...given, length: 140, memory: 140, group: 1 };
  await expectPlain(c, "wasm", [{}, { length: "p" }, { memory: "p", heads: "q" }]);
});

const long = { causal: true, documents: false, rate: 0, group: 1 };

it("of a length twice as long it holds twice as much", () => {
  const peak = (of: (c: Case) => (...xs: never[]) => unknown, length: number): number => {
    const { program } = lowered(of, { ...long, length, memory: length }, {});
    return m.memoryPlan(program).peakBytes;
  };
  expect(peak(flash, 1024) / peak(flash, 512)).toBeLessThan(2.05);
  expect(peak(plain, 1024) / peak(plain, 512)).toBeGreaterThan(3.5);
});

it.each([
  [{ batch: "p", heads: "q" }, 0],
  // Keys and values are gathered, and their gradients scattered.
  [{ length: "p", memory: "p" }, 4],
] as const)("under %o it moves keys and values at most", (rules, moves) => {
  const { program } = lowered(flash, { ...long, length: 64, memory: 64 }, rules);
  const { entries } = m.ledger(program);
  const whole = 2 * 64 * 3 * 4 * 4;
  expect(entries.filter((e: { bytes: number }) => e.bytes >= whole)).toHaveLength(moves);
});

it("refuses keys, segments and rates that do not fit", () => {
  const dims = m.defineDims({ batch: 2, length: 6, memory: 5, heads: 3, kv: 4, group: 2 });
  const { batch, length, memory, heads, kv, group } = dims;
  const layout = m.defineLayout({ dims, mesh: m.defineMesh("p:1"), rules: {} });
  const attending = (keys: readonly unknown[], options: object) => () => {
    const inputs = [m.placeholder([batch, length, heads, kv]), m.placeholder(keys)];
    const given = { along: "length", over: "memory", within: "kv", ...options };
    const fn = (q: never, k: never) => nn.flashAttention(q, k, k, given);
    return m.lower(fn, { layout, inputs });
  };
  const fitting = [batch, memory, heads, kv];
  const segment = m.broadcast(m.iota(length), batch);
  expect(attending([...fitting, group], {})).toThrow("'group' lines up with none");
  expect(attending([...fitting, length], {})).toThrow("already has a dim 'length'");
  expect(attending(fitting, { segment })).toThrow("alike, and there are 6 and 5");
  expect(attending(fitting, { dropout: { key: m.key(1), rate: 1 } })).toThrow("the rate 1 is not");
  const bias = m.broadcast(m.cast(m.iota(kv), "float32"), heads);
  expect(attending(fitting, { bias })).toThrow("'options.bias' has a dim 'kv'");
  expect(attending(fitting, { bias: segment })).toThrow("options.bias");
  expect(attending(fitting, { causal: 1 })).toThrow("options.causal");
});
