import { functionArgument } from "../../arguments.ts";
import type { Dimension } from "../../dimension.ts";
import { nextOrder } from "../../graph/node.ts";
import { type AnyTensor, isTensor, type Scalar } from "../../graph/tensor.ts";
import { mapLeaves, withLeaves } from "../../tree.ts";
import { hasDim, misuse, newDim, requireFree } from "../check.ts";
import { requireOwn } from "../foreign.ts";
import { iota } from "../iota/iota.ts";
import { requireTensors, tensorsOf, treeArgument } from "../trees.ts";
import type { Along, At } from "./accumulate.ts";
import { alikeLeaves } from "./alike.ts";
import { asTheyAre, entering, makeRegion, outerTensors, sliceOf, standIn } from "./region.ts";
import { slicedAlong } from "./sliced.ts";

/**
 * Goes along a dim and hands on a carry, a tree of tensors, from each index to the next: a recurrent
 * net over time. `fn` is given the carry, the elements of `xs` at the index, without the dim, and the
 * index; it gives the next carry, with the same dims and dtypes, and what is put together along the
 * dim. Tensors of `xs` without the dim, and those that `fn` closes over, are given whole.
 *
 * The carry lies alike on the devices at all indices. Its gradient keeps the carries of all indices
 * and computes the rest of each again.
 *
 * @returns the last carry, and what `fn` gave for every index
 * @throws MtfError `missing-dim` where `xs` is not `[]` and has no tensor with the dim,
 * `bad-result` unless `fn` gives a pair of trees of tensors, the first like the carry,
 * `dim-taken` where the carry or a result has the dim, `size-mismatch`, `async-function`,
 * `foreign-tensor`
 * @example
 * const cell = (h: Tensor<"batch" | "embd">, now: Tensor<"batch" | "embd">) => tanh(add(h, now));
 * const [last, all] = scan(length, (h, now) => [cell(h, now), h], zeros([batch, embd]), x);
 */
export function scan<N extends string, const C, const Xs, Y>(
  dim: Dimension<N>,
  fn: (carry: C, x: At<Xs, N>, index: Scalar<"int32">) => readonly [carry: NoInfer<C>, y: Y],
  initial: C,
  xs: Xs,
): readonly [carry: C, ys: Along<Y, N>] {
  newDim("scan", "dim", dim);
  functionArgument("scan", "fn", fn);
  treeArgument("scan", "initial", initial);
  treeArgument("scan", "xs", xs);
  const first = tensorsOf(initial);
  for (const x of first) requireFree("scan", x, dim.name);
  const given = isEmpty(xs) ? [] : slicedAlong("scan", dim, xs);
  const sliced = [...given, iota(dim) as AnyTensor];
  const begin = nextOrder();
  const slices = sliced.map((x, i) => sliceOf(x, dim, i));
  const carries = first.map((x, i) => standIn(x, slices.length + i));
  let next = 0;
  const at = (x: AnyTensor) => (hasDim(x, dim.name) ? slices[next++] : x);
  const index = slices[given.length] as unknown as Scalar<"int32">;
  const pair: unknown = fn(
    withLeaves(initial, isTensor, carries) as C,
    mapLeaves(xs, isTensor, at) as At<Xs, N>,
    index,
  );
  requireTensors("scan", pair);
  if (!Array.isArray(pair) || pair.length !== 2) throw noPair();
  const carried = alikeLeaves(initial, pair[0], {
    op: "scan",
    given: "the next carry",
    like: "the one before",
    advice: "a next carry with the dims and dtypes of 'initial'",
  });
  const ys = tensorsOf(pair[1]);
  for (const y of ys) requireFree("scan", y, dim.name);
  const outputs = [...carried, ...ys];
  requireOwn("scan", [...carries, ...slices], outputs, begin);
  // The index is counted where somebody reads it.
  const { reached, outer } = outerTensors(outputs, begin);
  const results = makeRegion(
    { kind: "each", dim, reverse: false, counted: false },
    {
      carried: first.map((x, i) => ({ outer: x, inner: carries[i]!, next: carried[i]! })),
      sliced: entering(sliced, slices).filter(({ inner }) => reached.has(inner["~node"])),
      constant: asTheyAre(outer),
      summed: [],
      stacked: ys,
    },
  );
  return [
    withLeaves(initial, isTensor, results.slice(0, first.length)),
    withLeaves(pair[1], isTensor, results.slice(first.length, first.length + ys.length)),
  ] as unknown as readonly [C, Along<Y, N>];
}

/** A scan may go by its index alone. */
function isEmpty(xs: unknown): boolean {
  return Array.isArray(xs) && xs.length === 0;
}

function noPair() {
  return misuse("bad-result", "scan: the function is to give a pair.", {}, ["[carry, y]"]);
}
