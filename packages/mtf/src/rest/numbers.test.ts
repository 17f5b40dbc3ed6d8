import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../half.ts";
import { bytesAtRest, partsIn, type Sized } from "./bytes.ts";
import { narrow } from "./narrow.ts";
import { widen } from "./widen.ts";

const row = (length: number) => [{ name: "a", size: length }];

test.each([
  ["bfloat16", fromBfloat16, toBfloat16],
  ["float16", fromFloat16, toFloat16],
] as const)("every %s is widened to its value, and rests as itself", (rest, from, to) => {
  const bits = Uint16Array.from({ length: 1 << 16 }, (_, i) => i);
  const sized: Sized = { dims: row(bits.length), dtype: "float32", rest };
  const [single, double] = [new Float32Array(bits.length), new Float64Array(bits.length)];
  const bytes = new Uint8Array(bits.buffer);
  widen(bytes, sized, single);
  widen(bytes, sized, double);
  const expected = Float32Array.from(bits, from);
  expect(single).toEqual(expected);
  expect(double).toEqual(Float64Array.from(expected));
  const again = partsIn(narrow(single, sized)!, sized)[0];
  expect(again).toEqual(Uint16Array.from(expected, to));
  expect(narrow(bits, sized)).toEqual(bytes);
});

const int8s = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
    scaled: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    numbers: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 125,
      maxLength: 125,
      size: "max",
    }),
  })
  .map(({ sizes, scaled, numbers }) => {
    const dims = sizes.map((size, i) => ({ name: "abc"[i]!, size }));
    const scales = dims.flatMap(({ name }, i) => (scaled[i] ? [name] : []));
    const count = sizes.reduce((n, size) => n * size, 1);
    const rest = { dtype: "int8", scales } as const;
    return { sized: { dims, dtype: "float32", rest } as const, numbers: numbers.slice(0, count) };
  });

test("an int8 is within half a step of its number, a step being a 127th of its row's largest", () => {
  fc.assert(
    fc.property(int8s, ({ sized, numbers }) => {
      const bytes = narrow(Float32Array.from(numbers), sized)!;
      expect(bytes.length).toBe(bytesAtRest(sized));
      const widened = new Float32Array(numbers.length);
      widen(bytes, sized, widened);
      const largest = new Map<string, number>();
      const rowOf = (at: number) => {
        let left = at;
        const place = [...sized.dims].reverse().map(({ name, size }) => {
          const index = left % size;
          left = Math.floor(left / size);
          return sized.rest.scales.includes(name) ? index : 0;
        });
        return place.join();
      };
      numbers.forEach((x, at) => {
        const known = largest.get(rowOf(at)) ?? 0;
        largest.set(rowOf(at), Math.max(known, Math.abs(x)));
      });
      numbers.forEach((x, at) => {
        const step = largest.get(rowOf(at))! / 127;
        // Beside half a step: a rounding of the scale, which counts 127 times, and of the product.
        const bound = step * (0.5 + 2 ** -14) + 2 ** -140;
        expect(Math.abs(widened[at]! - x)).toBeLessThanOrEqual(bound);
      });
    }),
  );
});

test("an int8 is widened exactly, and is the same when it is narrowed once more", () => {
  fc.assert(
    fc.property(int8s, ({ sized, numbers }) => {
      const bytes = narrow(Float32Array.from(numbers), sized)!;
      const widened = new Float64Array(numbers.length);
      widen(bytes, sized, widened);
      expect(narrow(widened, sized)).toEqual(bytes);
    }),
  );
});

test("an int8 of the smallest numbers is the same when it is narrowed once more", () => {
  // A number's bits: those of numbers below 2^-126 are drawn of every length.
  const bits = fc.integer({ min: 1, max: 25 }).chain((n) => fc.integer({ min: 0, max: 2 ** n }));
  fc.assert(
    fc.property(fc.array(bits, { minLength: 1, maxLength: 4 }), (drawn) => {
      const numbers = new Float32Array(Uint32Array.from(drawn).buffer);
      const rest = { dtype: "int8", scales: [] } as const;
      const sized: Sized = { dims: row(numbers.length), dtype: "float32", rest };
      const bytes = narrow(numbers, sized)!;
      const widened = new Float32Array(numbers.length);
      widen(bytes, sized, widened);
      expect(narrow(widened, sized)).toEqual(bytes);
      const step = Math.max(...numbers) / 127;
      for (const [i, x] of numbers.entries()) {
        expect(Math.abs(widened[i]! - x)).toBeLessThanOrEqual(step * (0.5 + 2 ** -14) + 2 ** -140);
      }
    }),
    { numRuns: 1000 },
  );
});

test("int8 rounds ties to even, and holds zeros, but no infinity and no NaN", () => {
  const sized: Sized = {
    dims: row(6),
    dtype: "float32",
    rest: { dtype: "int8", scales: [] },
  };
  const numbers = partsIn(
    narrow(Float32Array.of(127, 0.5, 1.5, -2.5, 3.4, -3.6), sized)!,
    sized,
  )[1];
  expect(numbers).toEqual(Int8Array.of(127, 0, 2, -2, 3, -4));
  expect(narrow(new Float32Array(6), sized)).toEqual(new Uint8Array(10));
  expect(narrow(Float32Array.of(1, 2, Number.NaN, 4, 5, 6), sized)).toBeUndefined();
  expect(narrow(Float32Array.of(1, 2, -Infinity, 4, 5, 6), sized)).toBeUndefined();
});
