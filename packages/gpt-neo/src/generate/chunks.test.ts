import fc from "fast-check";
import { expect, it } from "vitest";
import { chunksOf } from "./chunks.ts";

it("every token is in one chunk, in order, and the last of each row in the last chunk", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
      const chunks = chunksOf(sizes);
      sizes.forEach((size, row) => {
        const pieces = chunks.map(({ pieces }) => pieces[row]!);
        expect(pieces.map(([begin]) => begin)).toEqual([
          0,
          ...pieces.slice(0, -1).map(([, end]) => end),
        ]);
        expect(pieces.at(-1)![0]).toBeLessThan(size);
        expect(pieces.at(-1)![1]).toBe(size);
      });
      for (const { length, pieces } of chunks) {
        for (const [begin, end] of pieces) expect(end - begin).toBeLessThanOrEqual(length);
      }
    }),
  );
});

it.each([
  [[1, 1], [1]],
  [[3], [4]],
  [[17, 5], [64]],
  [
    [129, 1],
    [64, 64, 1],
  ],
  [[140], [64, 64, 16]],
])("of %j tokens there are chunks of %j", (sizes, lengths) => {
  expect(chunksOf(sizes).map(({ length }) => length)).toEqual(lengths);
});
