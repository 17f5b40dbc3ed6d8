import fc from "fast-check";
import type { DType } from "../../dtype.ts";
import type { Mesh } from "../../mesh.ts";
import type { Reduce, Value } from "../../program/program.ts";
import { dimsOfAnySize, meshes, splitsOf } from "./meshes.ts";
import { aValue, origin } from "./programs.ts";

export interface ReduceCase {
  readonly mesh: Mesh;
  readonly values: readonly Value[];
  readonly reduce: Reduce;
}

/** A partial value, split over some axes, that is settled whole or, with more splits, in parts. */
export const reduces: fc.Arbitrary<ReduceCase> = fc
  .tuple(meshes, dimsOfAnySize)
  .chain(([mesh, dims]) =>
    fc
      .tuple(
        fc.subarray([...mesh.names]),
        fc.constantFrom<Reduce["fn"]>("sum", "max", "min"),
        fc.constantFrom<DType>("float32", "int32", "bool"),
        fc.boolean(),
      )
      .chain(([axes, fn, dtype, scatter]) => {
        const others = mesh.names.filter((axis) => !axes.includes(axis));
        return fc
          .tuple(splitsOf(dims, others), splitsOf(dims, axes))
          .map(([split, more]): ReduceCase => {
            const finer = Object.fromEntries(
              dims.map((d) => [d.name, [...(split[d.name] ?? []), ...(more[d.name] ?? [])]]),
            );
            const partial = fn === "sum" ? axes : [];
            const settled = { split: scatter ? finer : split, partial: [] };
            return {
              mesh,
              values: [aValue(dims, { split, partial }, dtype), aValue(dims, settled, dtype)],
              reduce: {
                kind: "reduce",
                name: scatter ? "reduce-scatter" : "all-reduce",
                fn,
                axes,
                operand: 0,
                result: 1,
                origin,
              },
            };
          });
      }),
  );
