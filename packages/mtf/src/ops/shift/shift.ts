import { booleanArgument, numberArgument, optionsArgument } from "../../arguments.ts";
import type { Select } from "../../dimension.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import type { Numeric } from "../elementwise/binary.ts";
import { count } from "../iota/iota.ts";
import { padded } from "../pad/pad.ts";

/**
 * The elements of a dim, each `by` places further, or back where that is below 0. What falls off the
 * end is lost, and zeros come in at the other; with `wrap` it comes in there itself. Where the dim is
 * split, devices exchange no more than what crosses from one to another.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument` for part of a place
 * @example
 * shift(token, "batch", 1); // a zero, and all but the last
 */
export function shift<A extends string, D extends Numeric, S extends A>(
  x: Tensor<A, D>,
  dim: Select<S>,
  by: number,
  options: { readonly wrap?: boolean | undefined } = {},
): Tensor<A, D> {
  const tensor = tensorArgument("shift", "x", x, ["float32", "int32"]);
  const { name, size } = namedDim("shift", "dim", tensor, dim);
  numberArgument("shift", "by", by);
  if (!Number.isSafeInteger(by)) {
    throw misuse("bad-argument", `shift: ${by} is no whole number of places.`, { tensor });
  }
  optionsArgument("shift", "options", options, ["wrap"]);
  const { wrap = false } = options;
  booleanArgument("shift", "options.wrap", wrap);
  const places = wrap ? ((by % size) + size) % size : Math.max(-size, Math.min(size, by));
  if (places === 0) return x;
  const further = padded(tensor, name, places, size, 0);
  if (!wrap) return further as never;
  const back = padded(tensor, name, places - size, size, 0);
  const fallen = apply("less", count({ name, size }), places);
  return apply("where", fallen, back, further) as never;
}
