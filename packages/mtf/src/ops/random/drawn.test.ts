import { describe, expect, it } from "vitest";
import { compute } from "../../../test/numeric.ts";
import { broadcast, categorical, constant, dimension, key, randint } from "../../index.ts";

const many = dimension("many", 20_000);
const n = dimension("n", 4);
const seen = (fn: () => unknown) => {
  const [found] = compute((() => [fn()]) as never, [], []);
  const counts = new Map<number, number>();
  for (const x of found!) counts.set(x, (counts.get(x) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
};

describe("numbers that are drawn", () => {
  it("from a range come as often, its first among them and its last not", () => {
    const found = seen(() => randint(key(3), [many], { min: -2, max: 3 }));
    expect(found.map(([x]) => x)).toEqual([-2, -1, 0, 1, 2]);
    // Five standard deviations.
    for (const [, times] of found) expect(Math.abs(times - 4000)).toBeLessThan(5 * Math.sqrt(3200));
  });

  it("from nearly all integers are spread over both signs", () => {
    const found = seen(() => randint(key(3), [many], { min: -(2 ** 30), max: 2 ** 30 - 1 }));
    const below = found.filter(([x]) => x < 0).length;
    expect(Math.abs(below - 10_000)).toBeLessThan(5 * Math.sqrt(5000));
  });

  it("by logits come as often as softmax says", () => {
    const shares = [0.5, 0, 0.125, 0.375];
    const logits = constant(shares.map(Math.log), [n]);
    const found = seen(() => categorical(key(5), broadcast(logits, many), "n"));
    expect(found.map(([x]) => x)).toEqual([0, 2, 3]);
    for (const [x, times] of found) {
      const share = shares[x]!;
      const deviation = Math.sqrt(many.size * share * (1 - share));
      expect(Math.abs(times - many.size * share)).toBeLessThan(5 * deviation);
    }
  });
});
