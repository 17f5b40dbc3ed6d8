import fc from "fast-check";
import { expect, it } from "vitest";
import { heapOf } from "./heap.ts";

it("gives the first of what it holds, whatever went in and out before", () => {
  const steps = fc.array(fc.option(fc.nat(20), { nil: undefined, freq: 3 }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (values) => {
      const heap = heapOf<number>((a, b) => a < b);
      const sorted: number[] = [];
      for (const value of [...values, ...values.map(() => undefined)]) {
        if (value === undefined) expect(heap.pop()).toBe(sorted.shift());
        else {
          heap.push(value);
          sorted.push(value);
          sorted.sort((a, b) => a - b);
        }
      }
    }),
  );
});
