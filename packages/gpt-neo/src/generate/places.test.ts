import fc from "fast-check";
import { expect, it } from "vitest";
import { placesFor } from "./places.ts";

const cases = fc.nat(9).chain((size) =>
  fc.tuple(
    fc.array(
      size === 0 ? fc.constant(undefined) : fc.option(fc.nat(size - 1), { nil: undefined }),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
    fc.constant(size),
  ),
);

it("every row has a place of its own, to which comes what it begins with", () => {
  fc.assert(
    fc.property(cases, ([before, size]) => {
      const places = placesFor(before, size);
      expect(new Set(places.of).size).toBe(before.length);
      expect(Math.max(...places.of)).toBeLessThan(places.size);
      if (places.from) expect(places.from).toHaveLength(places.size);
      else expect(places.size).toBe(size);
      before.forEach((place, row) => {
        const at = places.of[row]!;
        if (place !== undefined) expect(places.from ? places.from[at] : at).toBe(place);
      });
    }),
  );
});

it("nothing moves where rows end, until half of the places are free", () => {
  expect(placesFor([0, 2, 3], 4)).toEqual({ size: 4, of: [0, 2, 3] });
  expect(placesFor([3, 0, undefined], 4)).toEqual({ size: 4, of: [3, 0, 1] });
  expect(placesFor([2, 3], 4)).toEqual({ size: 2, of: [0, 1], from: [2, 3] });
});

it("rows that continue the same one are copied into places that are free", () => {
  expect(placesFor([1, 1, 3, 1], 4)).toEqual({ size: 4, of: [1, 0, 3, 2], from: [1, 1, 1, 3] });
  expect(placesFor([0, 0, 0], 1)).toEqual({ size: 4, of: [0, 1, 2], from: [0, 0, 0, 0] });
});
