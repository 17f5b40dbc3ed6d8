import fc from "fast-check";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "mtf/files";
import { expect, it } from "vitest";
import { roundToOdd } from "./narrow.ts";

/** All values of a 16-bit type in order, and what lies half way between neighbours. */
function neighbours(value: (bits: number) => number, infinity: number): [number, number, number][] {
  return Array.from({ length: infinity - 1 }, (_, bits) => {
    const [low, high] = [value(bits), value(bits + 1)];
    return [bits, (low + high) / 2, high];
  });
}

it.each([
  ["float16", fromFloat16, toFloat16, 0x7c00],
  ["bfloat16", fromBfloat16, toBfloat16, 0x7f80],
] as const)(
  "%s: the nearest value, ties to the even one, from float32 and from float64",
  (...of) => {
    const [, from, to, infinity] = of;
    const wrong: number[] = [];
    const check = (value: number, bits: number): void => {
      if (to(roundToOdd(Float64Array.of(value))[0]!) !== bits) wrong.push(value);
    };
    for (const [bits, middle, high] of neighbours(from, infinity)) {
      const even = bits + (bits % 2);
      check(from(bits), bits);
      check(middle, even);
      // A hair beside the tie, far below what float32 tells apart.
      check(middle * (1 + 2 ** -50), bits + 1);
      check(middle * (1 - 2 ** -50), bits);
      check(-middle, even | 0x8000);
      check(high * (1 - 2 ** -50), bits + 1);
      if (Math.fround(middle) === middle && to(middle) !== even) wrong.push(middle);
    }
    expect(wrong).toEqual([]);
    check(Number.POSITIVE_INFINITY, infinity);
    check(1e300, infinity);
    check(0, 0);
    check(-0, 0x8000);
    expect(wrong).toEqual([]);
    expect(from(to(roundToOdd(Float64Array.of(Number.NaN))[0]!))).toBeNaN();
  },
);

it("float32 stays as it is", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      expect(roundToOdd(Float64Array.of(value))[0]).toBe(value);
    }),
  );
});
