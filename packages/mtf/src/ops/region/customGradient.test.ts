import { expect, it } from "vitest";
import { compute } from "../../../test/numeric.ts";
import { dimension } from "../../dimension.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { customGradient, grad, mul, placeholder, sum, trace } from "../../index.ts";

// Numbers of Mesh-TensorFlow's custom_gradient, for a gradient that is deliberately not the true one.
const [a, b] = [dimension("a", 4), dimension("b", 2)];
const x = placeholder([a, b]);
const y = placeholder([b]);
const ruled = customGradient(
  (u: typeof x, v: typeof y) => mul(mul(u, u), v) as Tensor<"a" | "b">,
  ({ cotangent }) => [mul(cotangent, 3), sum(cotangent, "a")],
);

it("takes the gradient that it is given, and nothing through the function", () => {
  const data = [
    [1.04, 0.7, -0.44, 1.07, -1.8, -0.57, 0.79, 0.36],
    [-0.95, 1.25],
    [0.3, -0.56, 0.07, 1.15, -0.97, 1.41, -0.13, -0.44],
  ];
  const fn = (u: typeof x, v: typeof y, dz: typeof x) => {
    const [du, dv] = grad(([p, q]: readonly [typeof x, typeof y]) => sum(mul(ruled(p, q), dz)))([
      u,
      v,
    ]);
    return [ruled(u, v), du, dv];
  };
  const found = compute(
    fn as never as (...xs: AnyTensor[]) => AnyTensor[],
    [x, y, x] as never,
    data,
  );
  const expected = [
    [-1.02752, 0.6125, -0.18392, 1.431125, -3.078, 0.406125, -0.592895, 0.162],
    [0.9, -1.68, 0.21, 3.45, -2.91, 4.23, -0.39, -1.32],
    [-0.73, 1.56],
  ];
  found.forEach((array, i) => {
    array.forEach((n, j) => void expect(n).toBeCloseTo(expected[i]![j]!, 5));
  });
});

it("refuses a gradient with other dims than the argument's", () => {
  const wrong = customGradient(
    (u: typeof x) => mul(u, 2),
    ({ cotangent }) => [sum(cotangent, "a") as never],
  );
  expect(() =>
    compute(((u: typeof x) => [grad((p: typeof x) => sum(wrong(p)))(u)]) as never, [x] as never, [
      new Float64Array(8),
    ]),
  ).toThrow(/customGradient: 'backward' gave no gradient for the argument at '0'/);
});

it("takes anything for an argument that is no tensor, as its types want", () => {
  const scaled = customGradient(
    (u: typeof x, options: { readonly by: number; readonly name?: string }) => mul(u, options.by),
    ({ args, cotangent }) => [mul(cotangent, 3), args[1]],
  );
  const fn = (u: typeof x) => [grad((p: typeof x) => sum(scaled(p, { by: 2, name: "u" })))(u)];
  const [du] = compute(fn as never, [x] as never, [new Float64Array(8)]);
  expect(Array.from(du!)).toEqual(Array(8).fill(3));
});

it("refuses a gradient of more than the arguments", () => {
  const wrong = customGradient(
    (u: typeof x) => mul(u, 2),
    ({ cotangent }) => [cotangent, cotangent] as never,
  );
  expect(() => trace((u: typeof x) => grad((p: typeof x) => sum(wrong(p)))(u), [x])).toThrow(
    /customGradient: 'backward' gave a gradient at '1', where no argument has a tensor/,
  );
});
