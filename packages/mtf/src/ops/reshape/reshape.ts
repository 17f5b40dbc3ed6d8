import { arrayArgument } from "../../arguments.ts";
import {
  type Dimension,
  type Dimensions,
  elements,
  printDims,
  type Select,
  type Selects,
  type Without,
} from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import {
  misuse,
  newDim,
  newDims,
  requireFree,
  selectDims,
  selectName,
  tensorArgument,
} from "../check.ts";

/** Dims `from`, the first slowest, become dims `to` in the place of the first of `from`. */
export function reshaped(
  x: AnyTensor,
  from: readonly string[],
  to: readonly Dimension[],
): AnyTensor {
  const dims = dimsOf(x).flatMap((d) => {
    if (!from.includes(d.name)) return [d];
    return d.name === from[0] ? to : [];
  });
  return makeTensor("reshape", { from, to }, [x], { dims, dtype: x.dtype });
}

function inPlaceOf(
  op: string,
  x: unknown,
  from: readonly unknown[],
  to: readonly Dimension[],
): AnyTensor {
  const tensor = tensorArgument(op, "x", x);
  const old = selectDims(op, "from", tensor, from);
  const names = old.map((d) => d.name);
  for (const d of to) {
    if (!names.includes(d.name)) requireFree(op, tensor, d.name);
  }
  if (old.length === 0 || to.length === 0) {
    throw misuse("bad-argument", `${op}: there are no dims to take the place of.`, { tensor });
  }
  if (elements(old) !== elements(to)) {
    throw misuse(
      "size-mismatch",
      `${op}: [${printDims(old)}] has ${elements(old)} elements and [${printDims(to)}] has ${elements(to)}.`,
      { tensor },
      [],
      { sizes: [elements(old), elements(to)] },
    );
  }
  return reshaped(tensor, names, to);
}

/**
 * One dim as several, the first slowest.
 *
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch` unless the sizes multiply to the old
 * @example
 * split(x, "embd", [heads, kv]); // [batch, embd=768] -> [batch, heads=12, kv=64]
 */
export function split<
  A extends string,
  D extends DType,
  From extends A,
  const To extends readonly string[],
>(
  x: Tensor<A, D>,
  from: Select<From>,
  to: Dimensions<To>,
): Tensor<Without<A, From> | To[number], D> {
  const name = selectName("split", "from", from);
  return inPlaceOf("split", x, [name], newDims("split", "to", to)) as never;
}

/**
 * Several dims as one, the first slowest.
 *
 * @throws MtfError as `split`
 * @example
 * merge(parts, ["heads", "kv"], embd); // [batch, heads=12, kv=64] -> [batch, embd=768]
 */
export function merge<
  A extends string,
  D extends DType,
  const From extends readonly A[],
  To extends string,
>(
  x: Tensor<A, D>,
  from: Selects<From>,
  to: Dimension<To>,
): Tensor<Without<A, From[number]> | To, D> {
  const names = arrayArgument("merge", "from", from, "an array of dims or their names");
  return inPlaceOf("merge", x, names, [newDim("merge", "to", to)]) as never;
}

/**
 * Several dims as several others, in both the first slowest: the same numbers, row by row.
 *
 * @throws MtfError as `split`
 * @example
 * reshape(x, ["batch", "length"], [groups, group]); // [batch=4, length=6] -> [groups=3, group=8]
 */
export function reshape<
  A extends string,
  D extends DType,
  const From extends readonly A[],
  const To extends readonly string[],
>(
  x: Tensor<A, D>,
  from: Selects<From>,
  to: Dimensions<To>,
): Tensor<Without<A, From[number]> | To[number], D> {
  const names = arrayArgument("reshape", "from", from, "an array of dims or their names");
  return inPlaceOf("reshape", x, names, newDims("reshape", "to", to)) as never;
}
