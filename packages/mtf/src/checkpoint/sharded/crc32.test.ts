import fc from "fast-check";
import { expect, it } from "vitest";
import { crc32 as inPage } from "./crc32.browser.ts";
import { crc32 } from "./crc32.ts";

it("crc32 is the one of zip and PNG, in one go and in pieces, in Node and in a page", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  const piece = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(piece, piece, (a, b) => {
      const whole = crc32(Uint8Array.of(...a, ...b));
      expect(crc32(b, crc32(a))).toBe(whole);
      expect(inPage(b, inPage(a))).toBe(whole);
    }),
  );
});
