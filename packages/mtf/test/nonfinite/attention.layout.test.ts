import { constant, defineDims, grad, placeholder, square, sum, type Tensor } from "mtf";
import { flashAttention, maskedAttention, pagedAttention } from "mtf/nn";
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

// As a softmax of nothing but -infinity is NaN, so is a query that sees nothing.
everywhere("attention by a bias that hides keys, from the second query all", {
  fn: ((query: Query, values: Keys, bias: Tensor<"m" | "n">) =>
    flashAttention(query, values, values, { along: "m", over: "n", within: "k", bias })) as never,
  inputs: [
    [placeholder([m, k]), zeros],
    [placeholder([n, k]), [1, 2, 3, 4, 5, 6, 7, 8]],
    [placeholder([m, n]), [0, -inf, 0, -inf, -inf, -inf, -inf, -inf]],
  ],
  gives: [[3, 4, nan, nan]],
});

type All = readonly [Query, Keys, Keys];

// The first query's product with the second key, which it does not see, is 100: more than exp takes.
everywhere("the gradient of a gradient of attention where a hidden product is large", {
  fn: ((...given: All) => {
    const slope = (of: All) => grad((query: Query) => sum(attended(query, of[1], of[2])))(of[0]);
    return grad((of: All) => sum(square(slope(of))))(given);
  }) as never,
  inputs: [
    [placeholder([m, k]), [10, 0, 0, 0]],
    [placeholder([n, k]), [0, 1, 10, 0, 3, 4, 5, 6]],
    [placeholder([n, k]), [1, 1, 2, 4, 5, 6, 7, 8]],
  ],
  gives: [
    [0, 0, 0, 0],
    [-20, 2, 20, -2, 0, 0, 0, 0],
    [-50.5, -50.5, 50.5, 50.5, 0, 0, 0, 0],
  ],
});

const masked =
  (shown: readonly number[]) =>
  (query: Query, keys: Keys, values: Keys): Query => {
    const visible = constant(shown, [m, n], "bool");
    return maskedAttention(query, keys, values, { over: "n", within: "k", visible });
  };

// What is hidden is left out where nothing of it is infinite, and here something is.
everywhere("attention under a mask that hides values of which one is infinite", {
  fn: masked([1, 0, 1, 0, 1, 1, 0, 0]) as never,
  inputs: [
    [placeholder([m, k]), zeros],
    [placeholder([n, k]), [1, 2, 3, 5, 7, 1, 0, 0]],
    [placeholder([n, k]), [1, 2, 3, inf, 5, 6, 7, 8]],
  ],
  gives: [[3, nan, 2, inf]],
});

// What is hidden is no lower than -infinity.
everywhere("attention under a mask, of which a query sees nothing, or what is infinitely far", {
  fn: masked([0, 0, 0, 0, 1, 0, 1, 0]) as never,
  inputs: [
    [placeholder([m, k]), [1, 1, 1, 1]],
    [placeholder([n, k]), [-inf, 2, 3, 5, -inf, 1, 1, 1]],
    [placeholder([n, k]), [1, 2, 3, 4, 5, 6, 7, 8]],
  ],
  gives: [[4, 5, 5, 6]],
});

type Pool = Tensor<"n" | "o" | "k">;

/** One row of two tokens that follow one; the second of the blocks is its first. */
const inBlocks = (query: Tensor<"r" | "m" | "k">, pool: Pool) => {
  const { r, p } = defineDims({ r: 1, p: 2 });
  const [table, before] = [constant([1, 0], [r, p], "int32"), constant([1], [r], "int32")];
  const counts = constant([2], [r], "int32");
  const given = { table, before, counts, along: "m", block: "n", offset: "o", page: "p" } as const;
  return pagedAttention(query, pool, pool, { ...given, within: "k" });
};

const { r, o } = defineDims({ r: 1, o: 2 });

// What lies behind a row's last token, or in blocks of others, is no part of it: 0 times infinity is not
// taken of it. What a later token of the row sees is.
everywhere("attention to blocks of which the row's last token has what is infinite", {
  fn: inBlocks as never,
  inputs: [
    [placeholder([r, m, k]), zeros],
    [
      placeholder([n, o, k]),
      [5, inf, nan, inf, 1, 2, 3, 4, nan, nan, inf, inf, inf, inf, nan, nan],
    ],
  ],
  gives: [[2, nan, nan, nan]],
});
