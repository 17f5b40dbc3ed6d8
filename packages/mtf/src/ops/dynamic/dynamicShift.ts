import { booleanArgument, optionsArgument } from "../../arguments.ts";
import type { Select, Without } from "../../dimension.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { namedDim, tensorArgument } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import type { Numeric } from "../elementwise/binary.ts";
import { count } from "../iota/iota.ts";
import { elementsAt } from "./dynamicSlice.ts";
import { positionArgument, window } from "./window.ts";

/**
 * `shift` by a distance that only the devices know: an int32 scalar, or a tensor with dims of `x`,
 * which moves each row by a distance of its own.
 *
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch`, `dtype-mismatch`
 * @example
 * dynamicShift(cache, "length", first, { wrap: true }); // [batch, length, kv], int32 [batch]
 */
export function dynamicShift<
  A extends string,
  D extends Numeric,
  S extends A,
  B extends Without<A, S> = never,
>(
  x: Tensor<A, D>,
  dim: Select<S>,
  by: Tensor<B, "int32">,
  options: { readonly wrap?: boolean | undefined } = {},
): Tensor<A, D> {
  const tensor = tensorArgument("dynamicShift", "x", x, ["float32", "int32"]);
  const along = namedDim("dynamicShift", "dim", tensor, dim);
  const distance = positionArgument("dynamicShift", "by", tensor, along, by);
  optionsArgument("dynamicShift", "options", options, ["wrap"]);
  const { wrap = false } = options;
  booleanArgument("dynamicShift", "options.wrap", wrap);
  const here = count({ name: window, size: along.size });
  // What is further away than the dim is long is outside however far it is.
  const far = wrap
    ? apply("mod", distance, along.size)
    : apply("clip", distance, -along.size, along.size);
  const there = apply("sub", here, far);
  const places = wrap ? apply("mod", there, along.size) : there;
  return elementsAt(tensor, along.name, places) as never;
}
