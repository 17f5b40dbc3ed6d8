import { countArgument, optionsArgument, recordArgument, wordArgument } from "../../arguments.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { namedDim, tensorArgument } from "../check.ts";
import { filled } from "../constant/constant.ts";
import { apply } from "../elementwise/apply.ts";
import { reduction } from "../reduce/reduce.ts";
import { reshaped } from "../reshape/reshape.ts";
import { windowsOf } from "../window/windows.ts";
import { type Along, numbersArgument, type Padding, paddingArgument, placed } from "./along.ts";

/** Where pools lie. */
export interface PoolOptions<Dim extends string = string> {
  /** "valid" by default: whole pools only. What lies beyond the ends otherwise counts for nothing. */
  readonly padding?: Padding | undefined;
  /** How far the pools along a dim are apart; as far as they are long by default. */
  readonly strides?: { readonly [D in Dim]?: number } | undefined;
}

/** The dim of a pool beside the one it is taken of: no dim of a user's. */
const tap = "~tap";

/**
 * The largest or the mean of pools of so many elements along dims. Of equals the first has the gradient
 * of the largest.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument` where no pool fits
 * @example
 * pool(photo, "max", { row: 2, column: 2 }); // [batch, row=28, column=28] -> [batch, row=14, column=14]
 */
export function pool<A extends string, const Dim extends A>(
  x: Tensor<A>,
  fn: "max" | "mean",
  sizes: { readonly [D in Dim]: number },
  options: PoolOptions<Dim> = {},
): Tensor<A> {
  const op = "pool";
  let pooled = tensorArgument(op, "x", x, ["float32"]);
  wordArgument(op, "fn", fn, ["max", "mean"]);
  recordArgument(op, "sizes", sizes, "an object with a size for some dims");
  optionsArgument(op, "options", options, ["padding", "strides"]);
  const { padding = "valid", strides = {} } = options;
  paddingArgument(op, padding);
  const given = Object.entries<number>(sizes);
  numbersArgument(
    op,
    "strides",
    strides,
    given.map(([dim]) => dim),
    pooled,
  );
  for (const [dim, taps] of given) {
    const { name, size } = namedDim(op, "sizes", pooled, dim);
    countArgument(op, `sizes.${dim}`, taps, 1);
    const stride = (strides as Readonly<Record<string, number>>)[dim] ?? taps;
    const along = { dim: name, tap, size, taps, stride, dilation: 1 };
    pooled =
      fn === "max" ? largest(op, pooled, along, padding) : middle(op, pooled, along, padding);
  }
  return pooled as never;
}

function largest(op: string, x: AnyTensor, along: Along, padding: Padding): AnyTensor {
  return reduction("max", inPools(op, x, along, padding, Number.NEGATIVE_INFINITY), [tap]);
}

function middle(op: string, x: AnyTensor, along: Along, padding: Padding): AnyTensor {
  const total = reduction("sum", inPools(op, x, along, padding, 0), [tap]);
  if (padding === "valid") return apply("mul", total, 1 / along.taps);
  const ones = filled(1, [{ name: along.dim, size: along.size }], "float32");
  const there = reduction("sum", inPools(op, ones, along, padding, 0), [tap]);
  return apply("div", total, there);
}

/** The elements of pools, along `tap`. */
function inPools(
  op: string,
  x: AnyTensor,
  along: Along,
  padding: Padding,
  value: number,
): AnyTensor {
  const { dim, size, taps, stride } = along;
  const { count, before } = placed(op, x, along, padding);
  // Pools side by side are the dim itself, in parts.
  if (stride === taps && count * taps === size) {
    const parts = [
      { name: dim, size: count },
      { name: tap, size: taps },
    ];
    return reshaped(x, [dim], parts);
  }
  return windowsOf(x, { dim, tap, stride, dilation: 1, before, wrap: false, value }, count, taps);
}
