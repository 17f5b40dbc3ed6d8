import { dimension, fill, maximum, relu, type Tensor, tanh } from "mtf";
import { expect, test } from "vitest";
import { neverInfinite } from "./neverInfinite.ts";

const a = dimension("a", 2);

test("many ways to one value are gone once", () => {
  let x: Tensor<"a"> = tanh(fill([a], 1));
  for (let i = 0; i < 100; i++) x = maximum(x, x);
  expect(neverInfinite(relu(x))).toBe(true);
  expect(neverInfinite(maximum(x, Infinity))).toBe(false);
});
