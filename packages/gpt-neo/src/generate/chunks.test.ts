import fc from "fast-check";
import { expect, it } from "vitest";
import { chunksOf } from "./chunks.ts";

const sizesOfRows = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 });

it("every token is in one chunk, in order, and the last of each row in the last chunk", () => {
  fc.assert(
    fc.property(
      sizesOfRows,
      fc.option(fc.constantFrom(128, 256), { nil: undefined }),
      (sizes, prompt) => {
        const chunks = chunksOf(sizes, prompt);
        expect(chunks.map(({ begins }) => begins)).toEqual(
          chunks.map((_, at) => at === 0 && prompt !== undefined),
        );
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
      },
    ),
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

it("rows begin with what they are to begin with, and go on by chunks", () => {
  const [first, ...others] = chunksOf([270, 130, 5], 256);
  expect(first).toEqual({
    ...{ begins: true, length: 256 },
    pieces: [
      [0, 256],
      [0, 116],
      [0, 0],
    ],
  });
  expect(others.map(({ begins, length }) => [begins, length])).toEqual([[false, 16]]);
});
