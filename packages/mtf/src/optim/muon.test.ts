import { expect, it } from "vitest";
import { compute, numbers } from "../../test/numeric.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { defineDims, type MuonOptions, muon, muonState, placeholder } from "../index.ts";

const { a, b, c } = defineDims({ a: 4, b: 3, c: 2 });

function stepped(dims: readonly AnyTensor["dims"][string][], options: MuonOptions): number[] {
  const size = dims.reduce((n, d) => n * d.size, 1);
  const inputs = [placeholder(dims), placeholder(dims)] as unknown as AnyTensor[];
  const fn = (p: AnyTensor, g: AnyTensor) => [muon(muonState(p), g, options).params as AnyTensor];
  const zeros = new Float64Array(size);
  return [...compute(fn as never, inputs, [zeros, numbers(size, 3)])[0]!];
}

it("goes along a matrix whose columns are about orthogonal and about as long as one another", () => {
  const step = stepped([a, b], { rate: -1, steps: 8 });
  const column = (j: number) => Array.from({ length: 4 }, (_, i) => step[i * 3 + j]!);
  for (const i of [0, 1, 2]) {
    for (const j of [0, 1, 2]) {
      const product = column(i).reduce((sum, x, k) => sum + x * column(j)[k]!, 0);
      // With these coefficients singular values end between 0.68 and 1.13, by design: products are
      // within their squares, and half of what these differ.
      if (i !== j) expect(Math.abs(product)).toBeLessThan((1.13 ** 2 - 0.68 ** 2) / 2);
      else expect(product).toBeGreaterThan(0.68 ** 2);
      expect(product).toBeLessThan(1.13 ** 2);
    }
  }
});

it("mixes the gradient into its mean once more, unless told not to", () => {
  // The first mean is along the gradient with and without, and only a direction matters.
  const options = { rate: 1, epsilon: 0 };
  const [once, twice] = [false, true].map((nesterov) => stepped([a, b], { ...options, nesterov }));
  for (const [i, x] of once!.entries()) expect(twice![i]).toBeCloseTo(x, 12);
  const two = (nesterov: boolean) => {
    const inputs = [0, 1, 2].map(() => placeholder([a, b])) as unknown as AnyTensor[];
    const fn = (p: AnyTensor, g: AnyTensor, h: AnyTensor) => {
      const first = muon(muonState(p), g, { ...options, nesterov });
      return [muon(first, h, { ...options, nesterov }).params as AnyTensor];
    };
    return compute(
      fn as never,
      inputs,
      [1, 2, 3].map((seed) => numbers(12, seed)),
    )[0]!;
  };
  expect(Math.abs(two(true)[0]! - two(false)[0]!)).toBeGreaterThan(1e-3);
});

it("asks for the sides of what is no plain matrix", () => {
  const told = (dims: readonly AnyTensor["dims"][string][], options: Partial<MuonOptions>) => {
    try {
      stepped(dims, { rate: 1, ...options });
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const wrong = () => ({ inputs: ["a"], outputs: ["a", "z"] });
  expect(
    [
      told([b], {}),
      told([a, b, c], {}),
      told([a, b], { sides: wrong }),
      told([a, b], { steps: 0 }),
    ].join("\n"),
  ).toMatchInlineSnapshot(`
    "[bad-argument] muon: the parameter is no matrix whose sides are known.
      dims   [b]
      sides  not given, and there are not two dims
      try    sides: (path) => ({ inputs: ["embd"], outputs: ["heads", "kv"] })
      try    keep it in another tree, for adamw
    [bad-argument] muon: the parameter is no matrix whose sides are known.
      dims   [a, b, c]
      sides  not given, and there are not two dims
      try    sides: (path) => ({ inputs: ["embd"], outputs: ["heads", "kv"] })
      try    keep it in another tree, for adamw
    [bad-argument] muon: the parameter is no matrix whose sides are known.
      dims   [a, b]
      sides  {"inputs":["a"],"outputs":["a","z"]}
      try    sides: (path) => ({ inputs: ["embd"], outputs: ["heads", "kv"] })
      try    keep it in another tree, for adamw
    [bad-argument] muon: 'options.steps' must be a whole number from 1 on, and is 0.
      at  muon.test.ts:11"
  `);
});
