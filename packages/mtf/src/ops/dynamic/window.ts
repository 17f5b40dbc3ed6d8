import type { Dimension } from "../../dimension.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { hasDim, misuse, requireFree, tensorArgument, unionDims } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import { count } from "../iota/iota.ts";

/**
 * What the dim of a window is called while it is beside the dim it is a part of: a name that no
 * dimension of a user can have, so layouts cannot split it.
 */
export const window = "~window";

/** Where windows begin: int32, with no dims but those of x, and without the one they move along. */
export function positionArgument(
  op: string,
  argument: string,
  x: AnyTensor,
  dim: Dimension,
  at: unknown,
): AnyTensor {
  const position = tensorArgument(op, argument, at, ["int32"]);
  requireFree(op, position, dim.name, `a scalar, or dims of x other than ${dim.name}`);
  unionDims(op, [x, position]);
  const foreign = dimsOf(position).find((d) => !hasDim(x, d.name));
  if (!foreign) return position;
  throw misuse(
    "missing-dim",
    `${op}: '${argument}' has a dim '${foreign.name}' that the tensor lacks.`,
    { tensor: x, [argument]: position },
    [`broadcast(x, dimension("${foreign.name}", ${foreign.size}))`],
    { dim: foreign.name, dims: x.names },
  );
}

/** The positions of a window's elements, held within the dim as a whole. */
export function placesOf(dim: Dimension, size: number, at: AnyTensor): AnyTensor {
  const begin = apply("clip", at, 0, dim.size - size);
  return apply("add", begin, count({ name: window, size }));
}
