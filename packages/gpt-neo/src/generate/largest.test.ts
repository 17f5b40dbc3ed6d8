import * as fc from "fast-check";
import { expect, it } from "vitest";
import { kthLargest, placeOfLargest, placesOfLargest } from "./largest.ts";

// Few different values, so that many are equal.
const values = fc.array(
  fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.constant(Number.NEGATIVE_INFINITY),
    fc.double({ noNaN: true }),
  ),
  { minLength: 1, maxLength: 60 },
);

it("finds the largest as sorting does", () => {
  const property = fc.property(values, fc.nat(), (numbers, drawn) => {
    const count = 1 + (drawn % numbers.length);
    const sorted = [...numbers.keys()].sort((a, b) => {
      return numbers[a] === numbers[b] ? a - b : numbers[b]! - numbers[a]!;
    });
    expect(placesOfLargest(numbers, count)).toEqual(sorted.slice(0, count));
    // Zeros are equal, whatever their sign.
    expect(kthLargest(numbers, count) === numbers[sorted[count - 1]!]!).toBe(true);
    expect(placeOfLargest(numbers)).toBe(sorted[0]);
  });
  void fc.assert(property, { numRuns: 500 });
});

it("has none of none, and no more than there are", () => {
  expect(placesOfLargest([], 3)).toEqual([]);
  expect(placesOfLargest([1, 2], 0)).toEqual([]);
  expect(placesOfLargest([1, 2], 3)).toEqual([1, 0]);
});
