import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cli.ts";
import { blockBytes, blockCheck, blockSums } from "./block-sums.ts";

const folder = temporaryFolder();
const path = join(folder, "file");

it("are the same however bytes come, and tell any bit that has changed", () => {
  const drawn = fc.record({
    length: fc.integer({ min: 1, max: 2.5 * blockBytes }),
    cuts: fc.array(fc.nat(2.5 * blockBytes), { maxLength: 4 }),
    bit: fc.nat(20 * blockBytes),
  });
  fc.assert(
    fc.property(drawn, ({ length, cuts, bit }) => {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));
      const whole = blockSums(0, []);
      whole.add(bytes);
      const places = [0, ...cuts.filter((cut) => cut < length).sort((a, b) => a - b), length];
      let inParts = blockSums(0, []);
      for (const [i, place] of places.slice(1).entries()) {
        inParts = blockSums(places[i]!, inParts.sums());
        inParts.add(bytes.subarray(places[i], place));
      }
      expect(inParts.sums()).toEqual(whole.sums());

      const wrong = (bit >> 3) % length;
      const sums = Uint32Array.from(whole.sums());
      const checked = (at: number, count: number): void => {
        writeFileSync(path, bytes);
        const file = openSync(path, "r");
        try {
          blockCheck(path, file, sums)(at, count);
        } finally {
          closeSync(file);
        }
      };
      checked(0, length);
      bytes[wrong]! ^= 1 << (bit & 7);
      expect(() => checked(wrong, 1)).toThrow("file: it is not as it was written.");
      // Nobody is told of what is not read.
      const other = wrong < blockBytes ? 2 * blockBytes : 0;
      if (other < length) checked(other, 1);
    }),
    { numRuns: 25 },
  );
});
