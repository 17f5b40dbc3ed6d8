import type { Dimension } from "../../dimension.ts";
import { type AnyTensor, isTensor } from "../../graph/tensor.ts";
import { nearest } from "../../suggest.ts";
import { leavesOf } from "../../tree.ts";
import { hasDim, misuse, selectDim } from "../check.ts";

/**
 * The tensors of a tree that are to be given at an index of a dim: those that have it.
 *
 * @throws MtfError `missing-dim` where there are none, `size-mismatch`
 */
export function slicedAlong(op: string, dim: Dimension, tree: unknown): readonly AnyTensor[] {
  const tensors = leavesOf(tree, isTensor).map(([, x]) => x);
  const sliced = tensors.filter((x) => hasDim(x, dim.name));
  for (const x of sliced) selectDim(op, "dim", x, dim);
  if (sliced.length > 0) return sliced;
  const near = nearest(
    dim.name,
    tensors.flatMap((x) => x.names as readonly string[]),
  );
  const none =
    op === "scan" && tensors.length === 0 ? ["[] as 'xs', to go by the index alone"] : [];
  throw misuse(
    "missing-dim",
    `${op}: no argument has a dim '${dim.name}'.`,
    {},
    near === undefined ? none : [near],
    { dim: dim.name, argument: "xs" },
  );
}
