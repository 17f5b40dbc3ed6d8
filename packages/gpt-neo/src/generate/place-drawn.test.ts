import * as fc from "fast-check";
import { expect, it } from "vitest";
import { placeOfLargest } from "./largest.ts";
import { noiseAt, noiseOf } from "./noise.ts";
import { placeDrawn } from "./place-drawn.ts";
import { perturbed } from "./sample.ts";

const scores = fc.array(
  fc.oneof(
    fc.double({ min: -30, max: 30, noNaN: true }),
    fc.integer({ min: -1, max: 1 }),
    fc.constant(Number.NEGATIVE_INFINITY),
  ),
  { minLength: 1, maxLength: 200 },
);

it("draws what is the largest of all with noise", () => {
  const property = fc.property(scores, fc.nat(1000), fc.nat(3), (drawn, seed, sequence) => {
    const numbers = Float64Array.from(drawn);
    const noise = noiseAt(seed, 5, sequence, numbers.length);
    const right = placeOfLargest(perturbed(numbers, noise));
    expect(placeDrawn(numbers, noiseOf(seed, 5, sequence))).toBe(right);
  });
  void fc.assert(property, { numRuns: 2000 });
});

it("takes the first of equals, and looks whatever the numbers are", () => {
  const uniforms = fc.array(fc.constantFrom(0, 0.5, 2 ** -24, 1 - 2 ** -24, 0.999), {
    minLength: 1,
    maxLength: 12,
  });
  const few = fc.constantFrom(0, 1, 17, 17.33, -17.4, 30);
  const property = fc.property(
    uniforms,
    fc.array(few, { minLength: 12, maxLength: 12 }),
    (us, all) => {
      const numbers = Float64Array.from(all.slice(0, us.length));
      expect(placeDrawn(numbers, (i) => us[i]!)).toBe(placeOfLargest(perturbed(numbers, us)));
    },
  );
  void fc.assert(property, { numRuns: 3000 });
});
