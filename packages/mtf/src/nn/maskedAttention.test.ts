import { expect, it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { simulator } from "../simulator.ts";

// These are about numbers: the compiler is asked elsewhere.
// biome-ignore lint/suspicious/noExplicitAny: see above
const [m, nn]: any[] = [mtf, layers];

const sizes = { batch: 2, length: 3, heads: 2, group: 2, kv: 6, memory: 9 };
const dims = m.defineDims(sizes);
const { batch, length, heads, group, kv, memory } = dims;
const mesh = mtf.defineMesh("p:2,q:2");
const scale = 0.5;

const ofQuery = [batch, length, heads, group, kv];
const ofKeys = [batch, heads, memory, kv];
const ofMask = [batch, length, memory];

type Rules = Readonly<Record<string, string>>;
const over = { over: "memory", within: "kv" };

function lowered(rules: Rules, attend: (...xs: never[]) => unknown) {
  const inputs = [...[ofQuery, ofKeys, ofKeys].map((d) => m.placeholder(d))];
  const layout = m.defineLayout({ dims, mesh, rules });
  return m.lower(attend, { layout, inputs: [...inputs, m.placeholder(ofMask, "bool")] });
}

const masked = (q: never, k: never, v: never, visible: never) =>
  nn.maskedAttention(q, k, v, { ...over, visible, scale });
const plain = (q: never, k: never, v: never, visible: never) =>
  nn.attention(q, k, v, { ...over, visible, scale });

const volume = (of: readonly { size: number }[]) => of.reduce((n, { size }) => n * size, 1);
const numbers = (of: readonly { size: number }[], salt: number) =>
  Float32Array.from({ length: volume(of) }, (_, i) => Math.sin(salt + 3 * i));
// Runs of what is seen, and a query that sees nothing.
const seen = Uint8Array.from({ length: volume(ofMask) }, (_, i) =>
  Number(i >= 2 * sizes.memory && (i * i) % 7 > 1),
);

async function compute(backend: "reference" | "wasm" | "cpu", rules: Rules, attend = masked) {
  const devices = await simulator(mesh, { backend });
  const run = (await devices.load(lowered(rules, attend) as never)) as never as (
    ...xs: unknown[]
  ) => Promise<{ read(): Promise<ArrayLike<number>> }>;
  const result = await run(numbers(ofQuery, 1), numbers(ofKeys, 2), numbers(ofKeys, 4), seen);
  const found = Array.from(await result.read());
  await devices.close();
  return found;
}

const layouts: readonly Rules[] = [
  {},
  { batch: "p", heads: "q" },
  { length: "p", group: "q" },
  { memory: "p" },
  { kv: "p", memory: "q" },
];

it("is attention under a mask, under every layout", async () => {
  const wanted = await compute("reference", {}, plain);
  for (const rules of layouts) {
    for (const backend of ["reference", "wasm", "cpu"] as const) {
      const found = await compute(backend, rules);
      const far = Math.max(...found.map((x, i) => Math.abs(x - wanted[i]!)));
      expect(far, `${backend} ${JSON.stringify(rules)}`).toBeLessThan(1e-6);
    }
  }
});

it("moves nothing where each device has keys of its own, and is attention where they are cut", () => {
  const kinds = (rules: Rules, attend = masked) => {
    const { program } = lowered(rules, attend);
    return program.instructions.map((i: { kind: string; op?: { kind: string } }) =>
      i.op ? i.op.kind : i.kind,
    );
  };
  expect(kinds({ batch: "p", heads: "q" })).toEqual(["elementwise", "maskedAttention"]);
  expect(kinds({ memory: "p" })).not.toContain("maskedAttention");
  expect(m.ledger(lowered({ memory: "p" }, masked).program).bytes).toBeLessThanOrEqual(
    m.ledger(lowered({ memory: "p" }, plain).program).bytes,
  );
});

it("refuses keys and masks that do not fit", () => {
  const other = m.dimension("other", 2);
  const layout = m.defineLayout({ dims: { ...dims, other }, mesh, rules: {} });
  const attending = (keys: readonly unknown[], mask: readonly unknown[]) => () => {
    const given = [ofQuery, keys, keys].map((of) => m.placeholder(of));
    return m.lower(masked, { layout, inputs: [...given, m.placeholder(mask, "bool")] });
  };
  expect(attending(ofKeys, ofMask)).not.toThrow();
  expect(attending([...ofKeys, other], ofMask)).toThrow("'other' lines up with none");
  expect(attending([batch, memory], ofMask)).toThrow("'kv' lines up with none");
  expect(attending(ofKeys, [batch, length])).toThrow("memory");
  expect(attending(ofKeys, [...ofMask, other])).toThrow("'other' is none");
  expect(attending(ofKeys, [...ofMask, kv])).toThrow("'kv' is none");
});
