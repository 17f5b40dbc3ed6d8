import {
  accumulate,
  add,
  constant,
  convolution,
  type Dimension,
  defineDims,
  einsum,
  gather,
  mean,
  mul,
  placeholder,
  relu,
  rename,
  type Scalar,
  scan,
  sgd,
  softmax,
  square,
  type Tensor,
  valueAndGrad,
} from "../../src/index.ts";

const sizes = { part: 3, time: 2, row: 5, other: 5, wide: 4, inner: 6, tap: 3 } as const;
export const dims: { readonly [Name in keyof typeof sizes]: Dimension<Name> } = defineDims(sizes);
const { part, time, row, other, wide, inner, tap } = dims;

interface Params {
  readonly up: Tensor<"wide" | "inner">;
  readonly bias: Tensor<"inner">;
  readonly down: Tensor<"inner" | "wide">;
  readonly turn: Tensor<"wide" | "inner">;
  readonly back: Tensor<"inner" | "wide">;
  readonly gain: Tensor<"wide">;
  readonly near: Tensor<"tap" | "wide" | "inner">;
}

type Rows = Tensor<"part" | "row" | "wide">;

/**
 * Rows that look at each other, at where they stood and at neighbours, a net over time, and two layers, of
 * whose first matrix each has a line besides.
 */
function loss(p: Params, x: Tensor<"row" | "wide">, places: Tensor<"row" | "wide">): Scalar {
  const seen = rename(x, row, other);
  const weights = softmax(einsum(x, seen, "row", "other"), "other");
  const stood = einsum(weights, rename(places, row, other), "row", "wide");
  const mixed = add(einsum(weights, seen, "row", "wide"), stood);
  const cell = (now: Tensor<"row" | "wide">) => {
    const inside = relu(einsum(now, p.turn, "row", "inner"));
    return add(einsum(inside, p.back, "row", "wide"), mixed);
  };
  const [last] = scan(time, (now) => [cell(now), []], mixed, []);
  const beside = convolution(last, p.near, { row: "tap" }, { over: "wide" });
  const lines = constant([1, 0, 3, 3, 2], [row], "int32");
  const through = add(einsum(mul(last, p.gain), p.up, "row", "inner"), gather(p.up, lines, "wide"));
  const own = add(through, p.bias);
  const h = relu(add(own, beside));
  return mean(square(einsum(h, p.down, "row", "wide")));
}

/** A step of training on a batch in parts. */
export function train(
  params: Params,
  rows: Rows,
  places: Tensor<"row" | "wide">,
): readonly [Params, Scalar] {
  const [value, gradient] = accumulate(
    part,
    (x) => valueAndGrad((p: Params) => loss(p, x, places))(params),
    rows,
  );
  return [sgd(params, gradient, { rate: 0.1 }), value];
}

export const inputs: Parameters<typeof train> = [
  {
    up: placeholder([wide, inner]),
    bias: placeholder([inner]),
    down: placeholder([inner, wide]),
    turn: placeholder([wide, inner]),
    back: placeholder([inner, wide]),
    gain: placeholder([wide]),
    near: placeholder([tap, wide, inner]),
  },
  placeholder([part, row, wide]),
  placeholder([row, wide]),
];
