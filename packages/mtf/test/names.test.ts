import { expect, test } from "vitest";
import * as typed from "../src/index.ts";
import { simulator } from "../src/simulator.ts";

// Names that every object inherits are names like others: of dims, of axes, of parts of a state.

// biome-ignore lint/suspicious/noExplicitAny: names like these are their own types' enemies
const m: any = typed;

const dims = m.defineDims({ constructor: 4, toString: 6, valueOf: 3, hasOwnProperty: 2 });
const { constructor: rows, toString: columns, valueOf: inner, hasOwnProperty: parts } = dims;

function step(state: Readonly<Record<string, unknown>>, x: unknown, ids: unknown) {
  const fn = (weight: unknown) => {
    const product = m.einsum(x, weight, "constructor", "toString");
    const soft = m.softmax(m.rename(product, "toString", "isPrototypeOf"), "isPrototypeOf");
    const shifted = m.concat(
      [m.slice(soft, "constructor", 1), m.slice(soft, "constructor", 0, 1)],
      "constructor",
    );
    const best = m.topK(shifted, "isPrototypeOf", parts).values;
    const rowsOf = m.gather(weight, ids, "valueOf");
    return m.add(m.mean(m.square(best)), m.mean(rowsOf));
  };
  const [loss, gradient] = m.valueAndGrad(fn)(state.constructor);
  return { constructor: m.sgd(state.constructor, gradient, { rate: 0.1 }), loss };
}

const weight = Float32Array.from({ length: 18 }, (_, i) => Math.sin(i));
const x = Float32Array.from({ length: 12 }, (_, i) => Math.cos(3 * i));

async function run(rules: object, backend: "reference" | "cpu" | "wasm", storage: object = {}) {
  const mesh = m.defineMesh({ constructor: 2, valueOf: 2 });
  const layout = m.defineLayout({ dims, mesh, rules, storage });
  const state = { constructor: m.placeholder([inner, columns]) };
  const inputs = [state, m.placeholder([rows, inner]), m.placeholder([parts], "int32")];
  const program = m.lower(step, { layout, inputs, donate: [0] });
  const devices = (await simulator(mesh, { backend })) as typeof m;
  const loaded = await devices.load(program);
  const result = await loaded({ constructor: weight }, x, Int32Array.of(2, 0));
  const numbers = [...(await result.constructor.read()), ...(await result.loss.read())];
  await devices.close();
  return { text: String(program), numbers };
}

test("dims, axes and parts may be called as what objects inherit", async () => {
  const whole = await run({}, "reference");
  const rules = { constructor: "valueOf", toString: "constructor" };
  const stored = { constructor: { valueOf: "constructor" } };
  expect(whole.text).not.toContain("@");
  for (const backend of ["reference", "cpu", "wasm"] as const) {
    const split = await run(rules, backend, stored);
    expect(split.text).toContain("constructor=4@valueOf");
    expect(split.text).toContain("valueOf=3@constructor");
    split.numbers.forEach((number, i) => {
      expect(number).toBeCloseTo(whole.numbers[i]!, 5);
    });
  }
});

test("rules may be written as text", () => {
  expect(m.parseRules("constructor:toString,valueOf:a+b")).toEqual({
    constructor: ["toString"],
    valueOf: ["a", "b"],
  });
});

test("a name that objects treat otherwise is refused", () => {
  expect(() => m.dimension("__proto__", 2)).toThrow("'__proto__' cannot name a dimension");
  expect(() => m.defineMesh("__proto__:2")).toThrow("'__proto__' cannot name an axis");
});
