import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Dimension, elements } from "../dimension.ts";
import { type Box, volume } from "../program/placement.ts";
import { type Distribution, fillRandom } from "./fill.ts";
import { threefry } from "./threefry.ts";

const key = Int32Array.of(1234, -5678);

function filled(distribution: Distribution, dims: readonly Dimension[], box: Box): Float64Array {
  const out = new Float64Array(volume(box));
  fillRandom(out, distribution, key, dims, box);
  return out;
}

const wholeOf = (dims: readonly Dimension[]): Box => dims.map(({ size }) => ({ begin: 0, size }));

/** Dims with a box, which may be empty. */
const boxes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(), fc.nat()), { maxLength: 4 })
  .map((drawn) => ({
    dims: drawn.map(([size], i) => ({ name: `d${i}`, size })),
    box: drawn.map(([size, a, b]) => {
      const begin = a % size;
      return { begin, size: b % (size - begin + 1) };
    }),
  }));

test("a box holds the same numbers as that region of the whole", () => {
  const distributions = fc.constantFrom<Distribution>("uniform", "normal", "gumbel", "bits");
  const property = fc.property(distributions, boxes, (distribution, { dims, box }) => {
    const whole = filled(distribution, dims, wholeOf(dims));
    const part = filled(distribution, dims, box);
    const expected = [...whole].filter((_, index) => {
      let rest = index;
      return [...dims].reverse().every(({ size }, i) => {
        const range = box[box.length - 1 - i]!;
        const at = rest % size;
        rest = Math.floor(rest / size);
        return at >= range.begin && at < range.begin + range.size;
      });
    });
    expect([...part]).toEqual(expected);
  });
  void fc.assert(property);
});

test("an index beyond 32 bits uses both words of the counter", () => {
  const dims = [
    { name: "a", size: 2 ** 20 },
    { name: "b", size: 2 ** 20 },
  ];
  const [bits] = filled("bits", dims, [
    { begin: 2 ** 19, size: 1 },
    { begin: 5, size: 1 },
  ]);
  const words = new Int32Array(2);
  threefry(key[0]!, key[1]!, 5, 2 ** 39 / 2 ** 32, words);
  expect(bits).toBe(words[0]);
});

test("moments are those of the distributions", () => {
  const dims = [{ name: "n", size: 100_000 }];
  const moments = (distribution: Distribution) => {
    const numbers = filled(distribution, dims, wholeOf(dims));
    const mean = numbers.reduce((sum, x) => sum + x, 0) / elements(dims);
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / elements(dims);
    return { mean, variance, min: Math.min(...numbers), max: Math.max(...numbers) };
  };
  const uniform = moments("uniform");
  // Five standard errors.
  expect(Math.abs(uniform.mean - 1 / 2)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(1e5));
  expect(Math.abs(uniform.variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / 1e5));
  expect(uniform.min).toBeGreaterThanOrEqual(0);
  expect(uniform.max).toBeLessThan(1);
  const normal = moments("normal");
  expect(Math.abs(normal.mean)).toBeLessThan(5 / Math.sqrt(1e5));
  expect(Math.abs(normal.variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 1e5));
  const gumbel = moments("gumbel");
  const spread = Math.PI ** 2 / 6;
  expect(Math.abs(gumbel.mean - 0.5772156649)).toBeLessThan(5 * Math.sqrt(spread / 1e5));
  // Its fourth moment is 5.4 times the square of its variance.
  expect(Math.abs(gumbel.variance - spread)).toBeLessThan(5 * spread * Math.sqrt(4.4 / 1e5));
});
