import { expect, test } from "vitest";
import { cutting } from "./cut.ts";
import { stretchesOf } from "./stretches.ts";

const rows = (begin: number, size: number, of: number) =>
  cutting(
    [4, of],
    [
      { begin: 0, size: 4 },
      { begin, size },
    ],
  );

test("what lies together is one stretch, and goes straight to its place", () => {
  const reading = { longest: 8, gap: 4, direct: 10 };
  expect(stretchesOf(rows(0, 20, 20), reading)).toEqual([{ begin: 0, end: 80, to: 0 }]);
  expect(stretchesOf(rows(5, 10, 100), reading)).toEqual(
    [0, 1, 2, 3].map((i) => ({ begin: 5 + 100 * i, end: 15 + 100 * i, to: 10 * i })),
  );
});

test("short runs are read with the gaps between them, where these are short", () => {
  const reading = { longest: 50, gap: 4, direct: 10 };
  expect(stretchesOf(rows(1, 6, 10), reading)).toEqual([{ begin: 1, end: 37, to: undefined }]);
  expect(stretchesOf(rows(1, 5, 10), reading).map(({ begin, end }) => [begin, end])).toEqual([
    [1, 6],
    [11, 16],
    [21, 26],
    [31, 36],
  ]);
});

test("what has to be converted comes in pieces", () => {
  const reading = { longest: 16, gap: 4, direct: undefined };
  expect(stretchesOf(rows(0, 10, 10), reading).map(({ begin, end }) => [begin, end])).toEqual([
    [0, 16],
    [16, 32],
    [32, 40],
  ]);
});
