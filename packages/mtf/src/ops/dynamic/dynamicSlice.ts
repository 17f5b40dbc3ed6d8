import { countArgument } from "../../arguments.ts";
import type { Select, Without } from "../../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { misuse, namedDim, tensorArgument } from "../check.ts";
import type { Numeric } from "../elementwise/binary.ts";
import { rowsOf } from "../gather/gather.ts";
import { renamed } from "../rename/rename.ts";
import { placesOf, positionArgument, window } from "./window.ts";

/** The elements of x along a dim at these places, which lie along `window`. */
export function elementsAt(x: AnyTensor, dim: string, places: AnyTensor): AnyTensor {
  const taken = renamed(rowsOf(x, places, dim), window, dim);
  return spread(
    taken,
    dimsOf(x).map(({ name }) => dimsOf(taken).find((d) => d.name === name)!),
  );
}

/**
 * `size` elements of a dim from a position on that only the devices know: an int32 scalar, or a
 * tensor with dims of `x`, which gives each row a position of its own. A window that would reach
 * over an end is moved until it fits, as in JAX. The dim keeps its name.
 *
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch`, `dtype-mismatch` unless the position
 * is int32, `bad-argument` where the dim is shorter than the window
 * @example
 * dynamicSlice(cache, "length", first, 64); // [batch, length, kv], int32 [batch]
 */
export function dynamicSlice<
  A extends string,
  D extends Numeric,
  S extends A,
  B extends Without<A, S> = never,
>(x: Tensor<A, D>, dim: Select<S>, position: Tensor<B, "int32">, size: number): Tensor<A, D> {
  const tensor = tensorArgument("dynamicSlice", "x", x, ["float32", "int32"]);
  const along = namedDim("dynamicSlice", "dim", tensor, dim);
  const begin = positionArgument("dynamicSlice", "position", tensor, along, position);
  countArgument("dynamicSlice", "size", size, 1);
  if (size > along.size) {
    throw misuse(
      "bad-argument",
      `dynamicSlice: '${along.name}' has ${along.size} elements, and ${size} are wanted.`,
      { tensor },
      [`a size from 1 to ${along.size}`],
      { dim: along.name, size: along.size, wanted: size },
    );
  }
  if (size === along.size) return x;
  return elementsAt(tensor, along.name, placesOf(along, size, begin)) as never;
}
