import { expect, it } from "vitest";
import { behind } from "./behind.ts";

const files = [
  { file: "a.jsonl", format: "jsonl" },
  { file: "b.jsonl.gz", format: "jsonl" },
  { file: "c.tfrecords", format: "tfrecords" },
] as const;
const sizes = [60, 30, 10];

it.each([
  [0, 0, 0],
  [0, 15, 0.15],
  // Unpacked, it is longer than it is on disk.
  [1, 1000, 0.6],
  [2, 5, 0.9],
  [3, 0, 1],
])("in file %i, %i of it done, %f of all is behind", (file, done, share) => {
  expect(behind(files, sizes, { file, done })).toBe(share);
});

it("of pipes, and of nothing, no share is known", () => {
  expect(behind(files, undefined, { file: 1, done: 0 })).toBeUndefined();
  expect(behind(files.slice(0, 1), [0], { file: 1, done: 0 })).toBeUndefined();
});
