import type { Select } from "../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, newName, requireFree, tensorArgument } from "../ops/check.ts";
import { product } from "../ops/einsum/product.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { mean, reduction } from "../ops/reduce/reduce.ts";
import { renamed } from "../ops/rename/rename.ts";

/**
 * How much each two channels go up and down together, from -1 to 1 (Pearson): all other dims are what
 * is observed of them.
 *
 * @param channels the dim of channels
 * @param as what channels are called where they are compared with
 * @throws MtfError `missing-dim`, `dim-taken`, `dtype-mismatch`, `bad-argument` where nothing is observed
 * @example
 * correlation(sound, "channel", "other"); // [batch, length, channel] -> [channel, other]
 */
export function correlation<A extends string, S extends A, O extends string>(
  x: Tensor<A>,
  channels: Select<S>,
  as: O,
): Tensor<S | O> {
  const op = "correlation";
  const given = tensorArgument(op, "x", x, ["float32"]);
  const one = namedDim(op, "channels", given, channels);
  const other = { name: newName(op, "as", as), size: one.size };
  requireFree(op, given, other.name);
  const observed = dimsOf(given).filter((d) => d.name !== one.name);
  if (observed.length === 0) {
    throw misuse("bad-argument", `${op}: there is nothing but '${one.name}'.`, { x: given });
  }
  const over = observed.map((d) => d.name);
  const apart = apply("sub", given, mean(given as Tensor<string>, ...over));
  const squares = reduction("sum", apply("square", apart), over);
  // Of what never changes the root is not taken: its slope there is infinite.
  const changes = apply("greater", squares, 0);
  const size = apply("sqrt", apply("where", changes, squares, 1));
  const scaled: AnyTensor = apply("where", changes, apply("div", apart, size), 0);
  return product(scaled, renamed(scaled, one.name, other.name), [one, other]) as never;
}
