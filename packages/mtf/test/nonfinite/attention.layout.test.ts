import { defineDims, grad, placeholder, sum, type Tensor } from "mtf";
import { flashAttention } from "mtf/nn";
import { everywhere } from "./everywhere.ts";

const { m, n, k } = defineDims({ m: 2, n: 4, k: 2 });
const [inf, nan] = [Infinity, NaN];

type Query = Tensor<"m" | "k">;
type Keys = Tensor<"n" | "k">;

const attended = (query: Query, keys: Keys, values: Keys): Query =>
  flashAttention(query, keys, values, { along: "m", over: "n", within: "k", causal: true });

const zeros = [0, 0, 0, 0];
const keys = [1, 2, 3, 5, inf, 1, 0, 0];
const inputs = (values: readonly number[]) =>
  [
    [placeholder([m, k]), zeros],
    [placeholder([n, k]), keys],
    [placeholder([n, k]), values],
  ] as const;

// A weight of 0 times infinity is NaN, whether the key is computed with or left out.
everywhere("attention to values of which one that is hidden is infinite", {
  fn: attended as never,
  inputs: inputs([1, 2, 3, 4, 5, inf, 7, 8]),
  gives: [[1, nan, 2, nan]],
});

everywhere("the gradient of attention to keys of which one that is hidden is infinite", {
  fn: ((...given: readonly [Query, Keys, Keys]) =>
    grad((of: readonly [Query, Keys, Keys]) => sum(attended(...of)))(given)) as never,
  inputs: inputs([1, 2, 3, 4, 5, 6, 7, 8]),
  gives: [
    [nan, 0, nan, 3],
    [0, 0, 0, 0, 0, 0, 0, 0],
    [1.5, 1.5, 0.5, 0.5, 0, 0, 0, 0],
  ],
});
