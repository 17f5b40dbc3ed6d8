import { describe, expect, test } from "vitest";
import type { ElementwiseFn } from "../../graph/kinds.ts";
import { scalarFn } from "../arrays/scalar.ts";
import type { Slice } from "../backend.ts";
import { wasmBackend } from "./index.ts";

/** Floats of every exponent and both signs, and those near where the functions change their ways. */
function samples(low: number, high: number): Float32Array {
  const numbers: number[] = [];
  for (let e = -149; e <= 127; e++) {
    for (let i = 0; i < 24; i++) numbers.push(2 ** e * (1 + i / 24), -(2 ** e) * (1 + i / 24));
  }
  for (let i = 0; i <= 200_000; i++) numbers.push(low + ((high - low) * i) / 200_000);
  return Float32Array.from(numbers);
}

const special = Float32Array.of(
  0,
  -0,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  2 ** -149,
  -(2 ** -149),
  3.4028234663852886e38,
  -3.4028234663852886e38,
);

/** Written with care for what float64 would lose. */
const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const inner = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const oracle: Partial<Record<ElementwiseFn, (x: number) => number>> = {
  sigmoid,
  gelu: (x) => (x === Number.NEGATIVE_INFINITY ? Number.NaN : x * sigmoid(inner(x))),
};

interface Bound {
  readonly fn: ElementwiseFn;
  readonly range: readonly [number, number];
  /** Relative, for results that float32 holds with full precision. */
  readonly relative: number;
}

// gelu and sigmoid exponentiate: a rounding of the argument grows by the argument, which near
// gelu's last digits is 90.
const bounds: readonly Bound[] = [
  { fn: "exp", range: [-105, 90], relative: 2e-7 },
  { fn: "log", range: [0.5, 2], relative: 2e-7 },
  { fn: "tanh", range: [-10, 10], relative: 4e-7 },
  { fn: "sigmoid", range: [-100, 100], relative: 3e-7 },
  { fn: "gelu", range: [-6, 6], relative: 8e-6 },
  { fn: "softplus", range: [-105, 90], relative: 4e-7 },
  { fn: "erf", range: [-5, 5], relative: 5e-7 },
  { fn: "floor", range: [-5, 5], relative: 0 },
  { fn: "ceil", range: [-5, 5], relative: 0 },
  { fn: "round", range: [-5, 5], relative: 0 },
  { fn: "sqrt", range: [0, 4], relative: 6e-8 },
  { fn: "rsqrt", range: [0, 4], relative: 2e-7 },
  { fn: "sin", range: [-100, 100], relative: 2e-7 },
  { fn: "cos", range: [-100, 100], relative: 2e-7 },
];

const smallest = 2 ** -126;

describe.each([true, false])("relaxed SIMD: %s", async (relaxed) => {
  const backend = await wasmBackend({ relaxed });

  function run(fn: ElementwiseFn, x: Float32Array): Float32Array {
    const dims = [{ name: "x", size: x.length }];
    const slice: Slice = { dims, dtype: "float32", box: [{ begin: 0, size: x.length }] };
    const op = { kind: "elementwise", attributes: { fn, scalars: [null] } } as const;
    const kernel = backend.bind(op, [slice], [slice], []);
    const operand = backend.upload(x, [x.length], "float32");
    const [result] = kernel([operand]) as readonly [typeof operand];
    const values = backend.view(result)!.slice() as Float32Array;
    backend.dispose(operand);
    backend.dispose(result);
    return values;
  }

  test.each(bounds)("$fn is within $relative", ({ fn, range, relative }) => {
    const x = samples(...range);
    const exact = oracle[fn] ?? scalarFn(fn, "float32");
    const actual = run(fn, x);
    let worst = 0;
    let where = 0;
    for (const [i, value] of x.entries()) {
      const expected = exact(value);
      const rounded = Math.fround(expected);
      if (Object.is(rounded, actual[i]) || (Number.isNaN(rounded) && Number.isNaN(actual[i]))) {
        continue;
      }
      // Below the smallest normal float only the absolute error counts.
      const error = Math.abs(actual[i]! - expected) / Math.max(Math.abs(expected), smallest);
      if (!(error <= worst)) [worst, where] = [error, value];
    }
    expect(worst, `at ${where}`).toBeLessThanOrEqual(relative);
  });

  const fns = [
    "exp",
    "log",
    "tanh",
    "sigmoid",
    "gelu",
    "relu",
    "sign",
    "abs",
    "neg",
    "sqrt",
  ].concat(["softplus", "erf", "floor", "ceil", "round"]);
  test.each(fns as ElementwiseFn[])("%s of zeros, infinities and NaN", (fn) => {
    const exact = oracle[fn] ?? scalarFn(fn, "float32");
    // The sign of a zero that comes of rounding is nobody's business.
    const shown = (x: number) => (Object.is(x, -0) ? 0 : x);
    const expected = [...special].map((x) => Math.fround(exact(x)));
    const actual = [...run(fn, special)];
    expect(actual.slice(0, 5).map(shown)).toEqual(expected.slice(0, 5).map(shown));
    for (const [i, value] of actual.entries()) {
      if (expected[i] !== value && !Number.isNaN(expected[i])) {
        expect(value).toBeCloseTo(expected[i]!, 5);
      }
    }
  });
});
