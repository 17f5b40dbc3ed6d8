import type { Dimension } from "../dimension.ts";
import type { StoredDType } from "../dtype.ts";
import { partsOf } from "../rest/rest.ts";
import { axesOf, type Placement } from "./placement.ts";
import type { Value } from "./program.ts";

/** An array of numbers that lies on the mesh: a value, or a part of what it rests in. */
export interface Lying {
  readonly dims: readonly Dimension[];
  readonly dtype: StoredDType;
  readonly placement: Placement;
}

/**
 * The arrays of numbers that a value rests in, each where it lies: scales lie with the numbers that
 * they are for.
 */
export function lyingParts(value: Value): readonly Lying[] {
  const { placement } = value;
  return partsOf(value).map(({ dims, dtype }) => {
    const split = dims.flatMap(({ name }) => {
      const axes = axesOf(placement, name);
      return axes.length > 0 ? [[name, axes] as const] : [];
    });
    return { dims, dtype, placement: { ...placement, split: Object.fromEntries(split) } };
  });
}
