import fc from "fast-check";
import { MtfError } from "mtf";
import { expect } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";

export { boxesOf, countingSource, cutBox } from "../../../mtf/test/support/boxes.ts";

interface Region {
  readonly begin: number;
  readonly end: number;
}

/** Damage to a good file: bits flipped, parts cut out, repeated, put elsewhere, numbers set to
 * their extremes; in some regions more often than in the rest. */
export function mutations(
  good: Uint8Array,
  regions: readonly Region[] = [{ begin: 0, end: good.length }],
): fc.Arbitrary<Uint8Array> {
  const place = fc
    .constantFrom(...regions)
    .chain(({ begin, end }) => fc.integer({ min: Math.max(0, begin), max: end }));
  const span = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 5000 }));
  const extreme = fc.constantFrom(
    ...["00", "7f", "80", "ff", "ffff", "ffffffff", "00000080", "ffffff7f", "ffffffffffffff7f"],
    ...["ffffffffffffffff", "0000000000000080", "ffffffffffffff1f", "00000000", "ffffffffff0f"],
  );
  type Mutate = (bytes: Uint8Array) => Uint8Array;
  const splice =
    (at: number, cut: number, insert: Uint8Array): Mutate =>
    (bytes) =>
      Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + cut)]);
  const mutation = fc.oneof(
    fc.tuple(place, fc.nat(7)).map(
      ([at, bit]): Mutate =>
        (bytes) => {
          const copy = Uint8Array.from(bytes);
          if (copy.length > 0) copy[at % copy.length]! ^= 1 << bit;
          return copy;
        },
    ),
    fc.tuple(place, span).map(([at, size]) => splice(at, size, new Uint8Array())),
    place.map(
      (at): Mutate =>
        (bytes) =>
          bytes.slice(0, at),
    ),
    fc.tuple(place, span).map(([at, size]) => splice(at, 0, good.slice(at, at + size))),
    fc
      .tuple(place, place, span)
      .map(([at, from, size]) => splice(at, size, good.slice(from, from + size))),
    fc.tuple(place, extreme).map(([at, hex]): Mutate => {
      const bytes = Buffer.from(hex, "hex");
      return splice(at, bytes.length, bytes);
    }),
  );
  return fc
    .array(mutation, { minLength: 1, maxLength: 3 })
    .map((list) => list.reduce<Uint8Array>((bytes, mutate) => mutate(bytes), good));
}

/**
 * Reads damaged files, which gives numbers or an error of a bad file, and nothing else.
 *
 * @returns how many were refused
 */
export async function fuzz(
  files: fc.Arbitrary<Uint8Array>,
  runs: number,
  read: (bytes: Uint8Array) => Promise<void>,
): Promise<number> {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(files, async (bytes) => {
      try {
        await read(bytes);
      } catch (error) {
        if (!(error instanceof MtfError)) throw error;
        expect(error.code).toBe("bad-file");
        expect(error.details).toMatchObject({
          file: expect.any(String),
          offset: expect.any(Number),
          reason: expect.any(String),
        });
        refused++;
      }
    }),
    { numRuns: draws(runs) },
  );
  return refused;
}
