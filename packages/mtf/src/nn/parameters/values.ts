import type { Tensor } from "../../graph/tensor.ts";
import { fold, type Key, keyArgument } from "../../ops/random/key.ts";
import { placeholder } from "../../trace.ts";
import { mapLeaves } from "../../tree.ts";
import { isParameter, type Parameter } from "./parameter.ts";

/** A tree of parameters with tensors in their place. */
export type Values<Params> =
  Params extends Parameter<infer N>
    ? Tensor<N>
    : { readonly [K in keyof Params]: Values<Params[K]> };

/**
 * What parameters begin as: each drawn from the key and its path in the tree, so that none depends on
 * the others, nor on the layout.
 *
 * @throws MtfError `bad-argument`
 * @example
 * const layer = { up: denseParams([embd], [hidden]), down: denseParams([hidden], [embd]) };
 * const begin = lower(() => initialValues(key(1), layer), { layout, inputs: [] });
 */
export function initialValues<const Params>(key: Key, params: Params): Values<Params> {
  keyArgument("initialValues", key);
  return mapLeaves(params, isParameter, ({ dims, initial }, path) =>
    initial(fold(key, path), dims),
  ) as Values<Params>;
}

/**
 * Inputs of a program in the place of parameters.
 *
 * @example
 * const layer = denseParams([embd], [hidden]);
 * const lowered = lower((p, h: typeof x) => dense(h, p), {
 *   ...{ layout, inputs: [placeholdersOf(layer), placeholder([batch, length, embd])] as const },
 * });
 */
export function placeholdersOf<const Params>(params: Params): Values<Params> {
  return mapLeaves(params, isParameter, ({ dims }) => placeholder(dims)) as Values<Params>;
}
