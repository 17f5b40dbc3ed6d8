import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compute } from "../../test/numeric.ts";
import { dimension } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import {
  adagrad,
  adagradState,
  clipAdaptively,
  clipByValue,
  lion,
  lionState,
  type MuonOptions,
  muon,
  muonState,
  placeholder,
  rmsprop,
  rmspropState,
} from "../index.ts";

interface Case {
  readonly shape: readonly number[];
  readonly initial: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
}

const file = new URL("../../test/fixtures/optax/optimizers.json", import.meta.url);
const { cases }: { cases: Readonly<Record<string, Case>> } = JSON.parse(readFileSync(file, "utf8"));

type X = Tensor<string>;

/** Steps one after the other: the parameters after each. */
function after<State extends { readonly params: X }>(
  begin: (x: X) => State,
  step: (state: State, gradient: X) => State,
): (x: X, gradients: readonly X[]) => readonly X[] {
  return (x, gradients) => {
    let state = begin(x);
    return gradients.map((gradient) => {
      state = step(state, gradient);
      return state.params;
    });
  };
}

// What was recorded of `muon` are directions, which are added.
const orthogonal = (options: Omit<MuonOptions, "rate"> = {}) =>
  after<ReturnType<typeof muonState<X>>>(muonState, (state, g) =>
    muon(state, g, { nesterov: false, epsilon: 0, rate: -1, ...options }),
  );

const ours: Readonly<Record<string, (x: X, gradients: readonly X[]) => readonly X[]>> = {
  lion: after(lionState<X>, (state, g) => lion(state, g, { rate: 0.01 })),
  "lion/decay": after(lionState<X>, (state, g) =>
    lion(state, g, { rate: 0.01, beta1: 0.8, beta2: 0.95, decay: 0.1 }),
  ),
  rmsprop: after(rmspropState<X>, (state, g) => rmsprop(state, g, { rate: 0.01 })),
  "rmsprop/keep": after(rmspropState<X>, (state, g) =>
    rmsprop(state, g, { rate: 0.01, keep: 0.8, epsilon: 1e-3 }),
  ),
  adagrad: after(
    (x: X) => adagradState(x, 0.1),
    (state, g) => adagrad(state, g, { rate: 0.1, epsilon: 0 }),
  ),
  // A wide matrix has more outputs than inputs: its shape's factor is taken off again.
  "muon/wide": orthogonal({ rates: () => Math.sqrt(4 / 6) }),
  "muon/tall": orthogonal(),
  "muon/stacked": orthogonal({
    rates: () => Math.sqrt(4 / 6),
    sides: () => ({ inputs: ["b"], outputs: ["c"] }),
  }),
  "muon/several": orthogonal({
    rates: () => Math.sqrt(6 / 8),
    sides: () => ({ inputs: ["a"], outputs: ["b", "c"] }),
  }),
  "muon/shaped": after(muonState<X>, (state, g) =>
    muon(state, g, { rate: 0.1, nesterov: false, epsilon: 0, steps: 3, momentum: 0.8 }),
  ),
  clipByValue: (_, [g]) => [clipByValue(g!, 0.5)],
  "clipAdaptively/matrix": (x, [g]) => [clipAdaptively(g!, x, 0.1)],
  "clipAdaptively/vector": (x, [g]) => [clipAdaptively(g!, x, 0.1)],
};

describe("optax's numbers", () => {
  it("are all here", () => {
    expect(Object.keys(ours)).toEqual(Object.keys(cases));
  });

  it.each(Object.entries(cases))("%s", (name, { shape, initial, gradients, after }) => {
    const dims = shape.map((size, i) => dimension("abc"[i]!, size));
    const inputs = [initial, ...gradients].map(() => placeholder(dims) as AnyTensor);
    const fn = (x: AnyTensor, ...rest: AnyTensor[]) => ours[name]!(x as never, rest as never);
    const found = compute(fn as never, inputs, [initial, ...gradients]);
    expect(found.length).toBe(after.length);
    for (const [step, wanted] of after.entries()) {
      for (const [i, x] of wanted.entries()) expect(found[step]![i]).toBeCloseTo(x, 12);
    }
  });
});
