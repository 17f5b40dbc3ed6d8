import { expect, it } from "vitest";
import { compute, type Fn, numbers } from "../../test/numeric.ts";
import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  lower,
  memoryPlan,
  placeholder,
  rename,
  reversible,
  sum,
  type Tensor,
  tanh,
  valueAndGrad,
} from "../index.ts";

const dims = defineDims({ batch: 8, embd: 6, next: 6 });
const { batch, embd, next } = dims;
const x = placeholder([batch, embd]);
type X = Tensor<"batch" | "embd">;
type W = Tensor<"embd" | "next">;

const block = (w: W) => (h: X) => rename(tanh(einsum(h, w, "batch", "next")), "next", "embd") as X;

/** Written out: every layer's streams are kept for the gradient. */
const kept: typeof reversible = (layers, x1, x2) =>
  layers.reduce<readonly [typeof x1, typeof x2]>(
    ([a, b], layer) => [b, add(a as never, layer(b) as never)],
    [x1, x2],
  );

const loss = (through: typeof reversible) => (ws: readonly W[], a: X, b: X) => {
  const [y1, y2] = through(ws.map(block), a, b);
  return sum(einsum(y1, y2, "batch"));
};

const weights = (depth: number): readonly W[] =>
  Array.from({ length: depth }, () => placeholder([embd, next]));

it("gives values and gradients of the layers written out", () => {
  const [recomputed, written] = [reversible, kept].map((through) => {
    const fn = (a: X, b: X, ...ws: readonly W[]) => {
      const both = ([w, y1, y2]: readonly [readonly W[], X, X]) => loss(through)(w, y1, y2);
      const [value, [dws, da, db]] = valueAndGrad(both)([ws, a, b]);
      return [value, ...dws, da, db];
    };
    const inputs = [x, x, ...weights(3)];
    const data = inputs.map((_, i) => numbers(i < 2 ? 48 : 36, i + 1));
    return compute(fn as never as Fn, inputs as never, data);
  });
  recomputed!.forEach((array, i) => {
    array.forEach((n, j) => void expect(n).toBeCloseTo(written![i]![j]!, 10));
  });
});

it("holds no more for many layers than for few", () => {
  for (const rules of [{}, { batch: "p" }, { embd: "p" }] as const) {
    const layout = defineLayout({ dims, mesh: defineMesh("p:2"), rules });
    const held = (through: typeof reversible, depth: number) => {
      const fn = valueAndGrad(loss(through));
      const inputs = [weights(depth), x, x] as const;
      const plan = memoryPlan(lower(fn, { layout, inputs }).program);
      return plan.peakBytes - plan.inputBytes - plan.outputBytes;
    };
    expect(held(reversible, 18)).toBeLessThanOrEqual(held(reversible, 3));
    expect(held(kept, 18)).toBeGreaterThan(2 * held(kept, 3));
  }
});

it("refuses a layer that changes its stream", () => {
  const wide = (h: X) => sum(h, "embd") as unknown as X;
  expect(() => reversible([wide], x, x)).toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [bad-result] reversible: the result of a layer is not like what it is given.
      wanted  f32[batch=8, embd=6] made at reversible.test.ts:22
      given   f32[batch=8] made at reversible.test.ts:74
      at      reversible.test.ts:75
      try     a layer that gives a tensor with the dims of the stream]
  `);
});
