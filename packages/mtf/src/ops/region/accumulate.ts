import { functionArgument } from "../../arguments.ts";
import type { Dimension, Without } from "../../dimension.ts";
import { type AnyTensor, dimsOf, isTensor, type Tensor } from "../../graph/tensor.ts";
import { leavesOf, mapLeaves, withLeaves } from "../../tree.ts";
import { spread } from "../broadcast/broadcast.ts";
import { hasDim, newDim, requireDtype, requireFree } from "../check.ts";
import { requireOwn } from "../foreign.ts";
import { reduction } from "../reduce/reduce.ts";
import { requireTensors, treeArgument } from "../trees.ts";
import { asTheyAre, entering, makeRegion, nothing, outerTensors, sliceOf } from "./region.ts";
import { slicedAlong } from "./sliced.ts";

/** A tree of tensors at one index of a dim: without it. */
export type At<T, Dim extends string> =
  T extends Tensor<infer A, infer D>
    ? Tensor<Without<A, Dim>, D>
    : T extends object
      ? { readonly [K in keyof T]: At<T[K], Dim> }
      : T;

/** A tree of tensors for every index of a dim: with it. */
export type Along<T, Dim extends string> =
  T extends Tensor<infer A, infer D>
    ? Tensor<A | Dim, D>
    : T extends object
      ? { readonly [K in keyof T]: Along<T[K], Dim> }
      : T;

/** Trees of tensors at one index of a dim: what a loop gives its function. */
export type Slices<Xs extends readonly unknown[], Dim extends string> = {
  [I in keyof Xs]: At<Xs[I], Dim>;
};

/**
 * The sum over a dim of what a function gives at each index, one index after the other, so that only
 * one index's intermediate values are held at a time: microbatches. Tensors without the dim, and
 * those the function closes over, are given whole; a slice at an index lacks the dim.
 *
 * @throws MtfError `missing-dim` where no argument has the dim, `dtype-mismatch` for bool results,
 * `bad-result` for a result that is no tree of tensors, `async-function`, `foreign-tensor`
 * @example
 * const total = accumulate(micro, (x, y) => valueAndGrad(loss)(params, x, y), images, labels);
 */
export function accumulate<N extends string, const Xs extends readonly unknown[], R>(
  dim: Dimension<N>,
  fn: (...slices: Slices<Xs, N>) => R,
  ...xs: Xs
): R {
  return run("accumulate", dim, fn as never, xs) as R;
}

/**
 * What a function gives at each index of a dim, put together along it; otherwise as `accumulate`.
 *
 * @throws MtfError `missing-dim` where no argument has the dim, `dim-taken` where a result has it
 * @example
 * const encoded = mapOver(chunk, (x) => encode(params, x), chunks);
 */
export function mapOver<N extends string, const Xs extends readonly unknown[], R>(
  dim: Dimension<N>,
  fn: (...slices: Slices<Xs, N>) => R,
  ...xs: Xs
): Along<R, N> {
  return run("mapOver", dim, fn as never, xs) as Along<R, N>;
}

function run(
  op: "accumulate" | "mapOver",
  dim: Dimension,
  fn: (...slices: readonly unknown[]) => unknown,
  xs: readonly unknown[],
): unknown {
  newDim(op, "dim", dim);
  functionArgument(op, "fn", fn);
  xs.forEach((x, i) => {
    treeArgument(op, `xs[${i}]`, x);
  });
  const sliced = slicedAlong(op, dim, xs);
  const once = dim.size === 1;
  const slices = sliced.map((x, i) => (once ? onlySlice(x, dim) : sliceOf(x, dim, i)));
  let next = 0;
  const at = (x: AnyTensor) => (hasDim(x, dim.name) ? slices[next++] : x);
  const result = fn(...xs.map((x) => mapLeaves(x, isTensor, at)));
  requireTensors(op, result);
  const outputs = leavesOf(result, isTensor).map(([, x]) => x);
  for (const x of outputs) {
    if (op === "mapOver") requireFree(op, x, dim.name);
    else requireDtype(op, x, ["float32", "int32"], "result");
  }
  // One run needs no loop around it.
  if (once && op === "accumulate") return result;
  if (once)
    return withLeaves(
      result,
      isTensor,
      outputs.map((x) => spread(x, [dim, ...dimsOf(x)])),
    );
  const begin = slices[0]!["~node"].order;
  requireOwn(op, slices, outputs, begin);
  const results = makeRegion(
    { kind: "each", dim, reverse: false, counted: false },
    {
      ...nothing,
      sliced: entering(sliced, slices),
      constant: asTheyAre(outerTensors(outputs, begin).outer),
      [op === "accumulate" ? "summed" : "stacked"]: outputs,
    },
  );
  return withLeaves(result, isTensor, results);
}

/** The slice of a dim that has only one. */
function onlySlice(x: AnyTensor, dim: Dimension): AnyTensor {
  return reduction(x.dtype === "bool" ? "max" : "sum", x, [dim.name]);
}
