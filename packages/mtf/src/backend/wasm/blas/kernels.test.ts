import { expect, test } from "vitest";
import { kernelsFor } from "./kernels.ts";

const processor = (vendor: string, flags: string) =>
  `processor\t: 0\nvendor_id\t: ${vendor}\nmodel\t\t: 207\nflags\t\t: fpu sse2 ${flags} smep\n\n`.repeat(
    2,
  );

test.each([
  ["GenuineIntel", "fma avx2 avx512f avx512dq avx512cd avx512bw avx512vl", "SkylakeX"],
  ["AuthenticAMD", "fma avx2 avx512f avx512dq avx512cd avx512bw avx512vl", "SkylakeX"],
  ["GenuineIntel", "fma avx2", "Haswell"],
  ["AuthenticAMD", "fma avx2", "Zen"],
  // Knights Landing lacks most of what SkylakeX's kernels take.
  ["GenuineIntel", "fma avx2 avx512f avx512cd", "Haswell"],
  ["GenuineIntel", "avx", undefined],
])("%s with %s runs kernels of %s", (vendor, flags, kernels) => {
  expect(kernelsFor(processor(vendor, flags))).toBe(kernels);
});

test("where nothing is told of the processor, none is named", () => {
  expect(kernelsFor("")).toBeUndefined();
});
