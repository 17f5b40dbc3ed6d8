import fc from "fast-check";
import type { Dimension } from "../../dimension.ts";
import { defineMesh, type Mesh } from "../../mesh.ts";
import type { Placement } from "../../program/placement.ts";

/** Meshes of up to 8 devices and 3 axes, axes of one device among them. */
export const meshes: fc.Arbitrary<Mesh> = fc
  .array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 })
  .filter((sizes) => sizes.reduce((product, n) => product * n, 1) <= 8)
  .map((sizes) => defineMesh(Object.fromEntries(sizes.map((n, i) => ["xyz"[i]!, n]))));

/** Dims that divide by nothing and may be smaller than an axis. */
export const dimsOfAnySize: fc.Arbitrary<readonly Dimension[]> = fc
  .array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 })
  .map((sizes) => sizes.map((size, i) => ({ name: "abc"[i]!, size })));

/** Splits of dims over some of the axes, in any nesting. */
export function splitsOf(
  dims: readonly Dimension[],
  axes: readonly string[],
): fc.Arbitrary<Placement["split"]> {
  return fc
    .tuple(
      fc.shuffledSubarray([...axes]),
      fc.array(fc.nat(Math.max(0, dims.length)), { minLength: 3, maxLength: 3 }),
    )
    .map(([order, choice]) => {
      const split: Record<string, string[]> = {};
      order.forEach((axis, i) => {
        const dim = dims[choice[i]!];
        if (dim) split[dim.name] = [...(split[dim.name] ?? []), axis];
      });
      return split;
    });
}
