import { expect, test } from "vitest";
import { foldKey, threefry } from "./threefry.ts";

function words(key: readonly number[], counter: readonly number[]): string[] {
  const out = new Int32Array(2);
  threefry(key[0]!, key[1]!, counter[0]!, counter[1]!, out);
  return [...out].map((word) => (word >>> 0).toString(16).padStart(8, "0"));
}

test("the known answers of Random123", () => {
  expect(words([0, 0], [0, 0])).toEqual(["6b200159", "99ba4efe"]);
  const ones = 0xffffffff;
  expect(words([ones, ones], [ones, ones])).toEqual(["1cb996fc", "bb002be7"]);
  const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  expect(words(pi.slice(2), pi.slice(0, 2))).toEqual(["c4923a9c", "483df7a0"]);
});

test("int32 and uint32 of the same bits are the same key and counter", () => {
  expect(words([-1, -1], [-1, -1])).toEqual(["1cb996fc", "bb002be7"]);
});

test("folded keys differ from each other and from their key", () => {
  const key = Int32Array.of(7, 0);
  const folded = Array.from({ length: 1000 }, (_, step) => foldKey(key, step).join());
  expect(new Set([...folded, key.join()]).size).toBe(1001);
  expect(foldKey(foldKey(key, 1), 2)).not.toEqual(foldKey(foldKey(key, 2), 1));
});
