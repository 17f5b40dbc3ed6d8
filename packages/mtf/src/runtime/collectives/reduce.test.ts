import fc from "fast-check";
import { expect, test } from "vitest";
import type { DType } from "../../dtype.ts";
import { coordinateOf, groupOf } from "../../mesh.ts";
import { type Box, boxOf, volume } from "../../program/placement.ts";
import type { Bucket, Reduce, Value } from "../../program/program.ts";
import { fromPlaces, markOf, runOne, stagings } from "../testing/hosted.ts";
import { origin } from "../testing/programs.ts";
import { reduces } from "../testing/reduces.ts";

function termOf(dtype: DType, mark: number, device: number): number {
  const term = (mark * 31 + device * 17) % 29;
  if (dtype === "bool") return term % 2;
  return dtype === "int32" ? term * 2 ** 26 : term - 14;
}

test("sums, maxima and minima are those of the whole group, in whatever segments", async () => {
  await fc.assert(
    fc.asyncProperty(reduces, stagings, async (spec, staging) => {
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
  const both = fc.tuple(reduces, stagings, fc.boolean());
  await fc.assert(
    fc.asyncProperty(both, async ([{ mesh, values, reduce }, staging, isFirst]) => {
      const [from, to] = values as [Value, Value];
      const { dims, dtype } = from;
      const given = (shift: number) => (device: number, box: Box) =>
        fromPlaces(dtype, box, (place) => termOf(dtype, markOf(dims, place) + shift, device));
      const alone = await runOne(mesh, values, reduce, (_, ...at) => given(0)(...at), staging);
      const own: Reduce = { ...reduce, operand: 1, result: 3 };
      const other: Reduce = { ...reduce, operand: 0, result: 2 };
      const settled = isFirst ? [own, other] : [other, own];
      const bucket: Bucket = { kind: "bucket", reduces: settled, origin };
      const numbers = (value: number, ...at: [number, Box]) => given(value === 1 ? 0 : 5)(...at);
      const together = await runOne(mesh, [from, from, to, to], bucket, numbers, staging);
      expect(together.slices).toEqual(alone.slices);
      expect(together.received).toBe(2 * alone.received);
      expect(together.leaked).toBe(0);
    }),
    { numRuns: 200 },
  );
});
