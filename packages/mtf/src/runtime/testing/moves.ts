import fc from "fast-check";
import type { Mesh } from "../../mesh.ts";
import { splitAxes } from "../../program/placement.ts";
import type { Move, Value } from "../../program/program.ts";
import { dimsOfAnySize, meshes, splitsOf } from "./meshes.ts";
import { aValue, origin } from "./programs.ts";

/** What there is around what is moved. */
export const fill = -7;

export interface MoveCase {
  readonly mesh: Mesh;
  readonly values: readonly Value[];
  readonly move: Move;
}

const offset = fc.integer({ min: -12, max: 12 });

/**
 * One operand that is moved by an offset, into a result of other sizes, placed otherwise.
 *
 * @param isAligned whether it is not moved, but only placed otherwise
 */
export const moves = (isAligned: fc.Arbitrary<boolean>): fc.Arbitrary<MoveCase> =>
  fc
    .tuple(meshes, dimsOfAnySize, fc.array(offset, { minLength: 3, maxLength: 3 }), isAligned)
    .chain(([mesh, dims, offsets, aligned]) => {
      const resized = dims.map((d, i) =>
        fc.constant(aligned ? d : { name: d.name, size: Math.max(1, d.size + (offsets[i]! % 3)) }),
      );
      return fc
        .tuple(splitsOf(dims, mesh.names), splitsOf(dims, mesh.names), fc.tuple(...resized))
        .chain(([from, to, after]) =>
          fc.tuple(fc.shuffledSubarray([...after], { minLength: after.length }), fc.boolean()).map(
            ([order, allAxes]): MoveCase => ({
              mesh,
              values: [
                aValue(dims, { split: from, partial: [] }),
                aValue(order, { split: to, partial: [] }),
              ],
              move: {
                kind: "move",
                name: "exchange",
                axes: allAxes ? mesh.names : splitAxes({ split: from, partial: [] }),
                operands: [0],
                offsets: [
                  aligned ? {} : Object.fromEntries(dims.map((d, i) => [d.name, offsets[i]!])),
                ],
                fill,
                result: 1,
                origin,
              },
            }),
          ),
        );
    });
