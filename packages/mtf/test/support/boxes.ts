import fc from "fast-check";
import { expect } from "vitest";
import { type ByteSource, bytesInMemory } from "../../src/files.ts";
import type { Box } from "../../src/program/placement.ts";

/** Any box of a shape. */
export function boxesOf(shape: readonly number[]): fc.Arbitrary<Box> {
  return fc.tuple(
    ...shape.map((size) =>
      fc
        .tuple(fc.nat(size), fc.nat(size))
        .map(([a, b]) => ({ begin: Math.min(a, b), size: Math.abs(a - b) })),
    ),
  );
}

/** A box of a tensor, element by element. */
export function cutBox(
  values: ArrayLike<number>,
  shape: readonly number[],
  box: Box,
): readonly number[] {
  return Array.from(values).filter((_, flat) => {
    let rest = flat;
    for (let d = shape.length - 1; d >= 0; d--) {
      const i = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
      if (i < box[d]!.begin || i >= box[d]!.begin + box[d]!.size) return false;
    }
    return true;
  });
}

/** Bytes in memory that count what is read, and refuse to be read outside. */
export function countingSource(
  name: string,
  bytes: Uint8Array,
): {
  readonly source: ByteSource;
  readonly read: () => number;
  readonly largest: () => number;
} {
  let read = 0;
  let largest = 0;
  const memory = bytesInMemory(name, bytes);
  return {
    read: () => read,
    largest: () => largest,
    source: {
      ...memory,
      read(offset, into) {
        read += into.byteLength;
        largest = Math.max(largest, into.byteLength);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset + into.byteLength).toBeLessThanOrEqual(bytes.length);
        return memory.read(offset, into);
      },
    },
  };
}
