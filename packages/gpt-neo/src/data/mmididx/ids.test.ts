import fc from "fast-check";
import { expect, it } from "vitest";
import { idsOf } from "./ids.ts";

const arrays = [Uint8Array, Int8Array, Int16Array, Int32Array, Uint16Array, BigInt64Array] as const;

it.each(arrays)("numbers of %o are ids, or the first that is none is told", (array) => {
  const bits = 8 * array.BYTES_PER_ELEMENT;
  const some = fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n });
  const small = fc.bigInt({ min: 0n, max: 100n });
  const edges = fc.constantFrom(0n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 32n + 5n, -1n);
  const number = fc.oneof({ weight: 8, arbitrary: small }, edges, some);
  fc.assert(
    fc.property(fc.array(number), (wanted) => {
      // As the type has them: what does not fit wraps around.
      const signed = !array.name.startsWith("U");
      const kept = wanted.map((n) => (signed ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n)));
      const numbers =
        array === BigInt64Array
          ? BigInt64Array.from(kept)
          : new (array as typeof Int32Array)(kept.map(Number));
      const plain = kept.map(Number);
      const at = plain.findIndex((id) => id < 0 || id >= 2 ** 31);
      const expected = at < 0 ? { ids: Int32Array.from(plain) } : { wrong: plain[at], at };
      expect(idsOf(numbers)).toEqual(expected);
    }),
  );
});

it("ids have memory of their own", () => {
  const numbers = Int32Array.of(1, 2);
  const found = idsOf(numbers);
  numbers.fill(9);
  expect(found).toEqual({ ids: Int32Array.of(1, 2) });
});
