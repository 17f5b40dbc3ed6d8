import fc from "fast-check";
import { expect, test } from "vitest";
import type { DType } from "../../dtype.ts";
import { coordinateOf, groupOf, type Mesh } from "../../mesh.ts";
import { type Box, boxOf, volume } from "../../program/placement.ts";
import type { Bucket, Reduce, Value } from "../../program/program.ts";
import { fromPlaces, markOf, runOne, stagings } from "../testing/hosted.ts";
import { dimsOfAnySize, meshes, splitsOf } from "../testing/meshes.ts";
import { aValue, origin } from "../testing/programs.ts";

interface Case {
  readonly mesh: Mesh;
  readonly values: readonly Value[];
  readonly reduce: Reduce;
}

/** A partial value, split over some axes, that is settled whole or, with more splits, in parts. */
const cases: fc.Arbitrary<Case> = fc.tuple(meshes, dimsOfAnySize).chain(([mesh, dims]) =>
  fc
    .tuple(
      fc.subarray([...mesh.names]),
      fc.constantFrom<Reduce["fn"]>("sum", "max", "min"),
      fc.constantFrom<DType>("float32", "int32", "bool"),
      fc.boolean(),
    )
    .chain(([axes, fn, dtype, scatter]) => {
      const others = mesh.names.filter((axis) => !axes.includes(axis));
      return fc.tuple(splitsOf(dims, others), splitsOf(dims, axes)).map(([split, more]): Case => {
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

function termOf(dtype: DType, mark: number, device: number): number {
  const term = (mark * 31 + device * 17) % 29;
  if (dtype === "bool") return term % 2;
  return dtype === "int32" ? term * 2 ** 26 : term - 14;
}

test("sums, maxima and minima are those of the whole group, in whatever segments", async () => {
  await fc.assert(
    fc.asyncProperty(cases, stagings, async (spec, staging) => {
      const { mesh, values, reduce } = spec;
      const { dims, dtype } = values[0]!;
      const ran = await runOne(
        mesh,
        values,
        reduce,
        (_, device, box) =>
          fromPlaces(dtype, box, (place) => termOf(dtype, markOf(dims, place), device)),
        staging,
      );
      const bytes = dtype === "bool" ? 1 : 4;
      let expectedBytes = 0;
      for (let device = 0; device < mesh.size; device++) {
        const group = groupOf(mesh, device, reduce.axes);
        const box = boxOf(dims, values[1]!.placement, mesh, coordinateOf(mesh, device));
        const expected = fromPlaces(dtype, box, (place) => {
          const terms = group.map((member) => termOf(dtype, markOf(dims, place), member));
          if (reduce.fn === "max") return Math.max(...terms);
          if (reduce.fn === "min") return Math.min(...terms);
          const sum = terms.reduce((a, b) => a + b, 0);
          return dtype === "bool" ? Math.min(1, sum) : sum;
        });
        expect([...ran.slices[device]!]).toEqual([...expected]);
        const each = (group.length - 1) * volume(box) * bytes;
        // In an all-reduce the group folds S / n each and copies the rest: 2 (n - 1) S in all.
        expectedBytes += reduce.name === "all-reduce" ? (2 * each) / group.length : each;
      }
      expect(ran.received).toBeCloseTo(expectedBytes, 6);
      expect(ran.leaked).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test("of values settled as one, each is settled as it is alone", async () => {
  const both = fc.tuple(cases, stagings, fc.boolean());
  await fc.assert(
    fc.asyncProperty(both, async ([{ mesh, values, reduce }, staging, isFirst]) => {
      const [from, to] = values as [Value, Value];
      const { dims, dtype } = from;
      const given = (shift: number) => (device: number, box: Box) =>
        fromPlaces(dtype, box, (place) => termOf(dtype, markOf(dims, place) + shift, device));
      const alone = await runOne(mesh, values, reduce, (_, ...at) => given(0)(...at), staging);
      const own: Reduce = { ...reduce, operand: 1, result: 3 };
      const other: Reduce = { ...reduce, operand: 0, result: 2 };
      const reduces = isFirst ? [own, other] : [other, own];
      const bucket: Bucket = { kind: "bucket", reduces, origin };
      const numbers = (value: number, ...at: [number, Box]) => given(value === 1 ? 0 : 5)(...at);
      const together = await runOne(mesh, [from, from, to, to], bucket, numbers, staging);
      expect(together.slices).toEqual(alone.slices);
      expect(together.received).toBe(2 * alone.received);
      expect(together.leaked).toBe(0);
    }),
    { numRuns: 200 },
  );
});
