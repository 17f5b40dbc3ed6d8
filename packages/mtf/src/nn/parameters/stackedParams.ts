import type { Dimension } from "../../dimension.ts";
import { newDim } from "../../ops/check.ts";
import { mapLeaves } from "../../tree.ts";
import { isParameter, type Parameter } from "./parameter.ts";

/** Parameters that have one more dim. */
export type Stacked<Params, D extends string> =
  Params extends Parameter<infer N>
    ? Parameter<N | D>
    : { readonly [K in keyof Params]: Stacked<Params[K], D> };

/**
 * The parameters of alike layers: each has one more dim, along which a `scan` goes from layer to layer.
 *
 * @throws MtfError `bad-argument`
 * @example
 * const layers = stackedParams(dimension("layer", 12), feedForwardParams(embd, ff));
 */
export function stackedParams<D extends string, const Params>(
  dim: Dimension<D>,
  params: Params,
): Stacked<Params, D> {
  newDim("stackedParams", "dim", dim);
  return mapLeaves(params, isParameter, ({ dims, initial }): Parameter<string> => {
    return { "~parameter": true, dims: [dim, ...dims], initial };
  }) as Stacked<Params, D>;
}
