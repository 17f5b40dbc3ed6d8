import { describe, expect, test } from "vitest";
import type { HostArray } from "../../dtype.ts";
import { wasmBackend } from "./index.ts";

const backend = await wasmBackend();
const add = backend.add!;

// None, fewer than a vector has, whole vectors and some more, and more than is brought into the heap at once.
const lengths = [0, 1, 3, 16, 37, 4096, 10_003];

const floats = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => 1e6 * Math.sin(seed + i * 12.9898));
const ints = (length: number, seed: number) =>
  Int32Array.from({ length }, (_, i) => Math.imul(i + seed, 0x9e3779b1));

describe.each([
  ["float32", floats],
  ["int32", ints],
] as const)("sums of %s", (dtype, numbers) => {
  test.each(lengths)("%d, wherever the terms lie", (length) => {
    const [sums, terms] = [numbers(length, 1), numbers(length, 2)];
    const expected = sums.map((x, i) => x + terms[i]!);
    const buffers = [sums, sums, terms].map((x) => backend.upload(x, [length], dtype));
    const [first, second, own] = buffers.map((buffer) => backend.view(buffer)!) as [
      HostArray,
      HostArray,
      HostArray,
    ];
    add(terms, first);
    add(own, second);
    expect(first).toEqual(expected);
    expect(second).toEqual(expected);
    expect(own).toEqual(terms);
    for (const buffer of buffers) backend.dispose(buffer);
  });

  test("a part of them, and nothing beside it", () => {
    const sums = backend.upload(numbers(100, 1), [100], dtype);
    const before = backend.view(sums)!.slice();
    add(numbers(50, 2).subarray(3, 36), backend.view(sums)!.subarray(7, 40));
    const after = backend.view(sums)!;
    const changed = [...after].flatMap((x, i) => (x === before[i] ? [] : [i]));
    expect(changed).toEqual(Array.from({ length: 33 }, (_, i) => i + 7));
    backend.dispose(sums);
  });
});
