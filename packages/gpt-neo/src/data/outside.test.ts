import fc from "fast-check";
import { expect, it } from "vitest";
import { firstOutside } from "./outside.ts";

it("finds the first id that is not in the vocabulary", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.nat(22), (ids, size) => {
      const first = ids.find((id) => id >= size);
      expect(firstOutside(Int32Array.from(ids), size)).toBe(first);
    }),
  );
});
