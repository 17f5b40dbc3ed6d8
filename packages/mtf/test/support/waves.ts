import type { Slice } from "../../src/backend/backend.ts";
import { wholeSlice } from "../../src/backend/slices/whole.ts";
import type { DType, HostArray } from "../../src/dtype.ts";

/** The sizes of dims, in order. */
export type Sizes = Readonly<Record<string, number>>;

/** All of a tensor. */
export function slice(sizes: Sizes, dtype: DType = "float32"): Slice {
  return wholeSlice(
    Object.entries(sizes).map(([name, size]) => ({ name, size })),
    dtype,
  );
}

/**
 * Numbers of which all are known and no two tensors have the same.
 *
 * @param most integers are from 0 to below this
 */
export function waves(of: Slice, seed: number, most = 1): { slice: Slice; data: HostArray } {
  const length = of.box.reduce((n, { size }) => n * size, 1);
  const wave = (i: number) => Math.sin(12.9898 * (i + 1) * (seed + 1) + seed);
  const data =
    of.dtype === "float32"
      ? Float32Array.from({ length }, (_, i) => wave(i))
      : Int32Array.from({ length }, (_, i) => Math.floor((wave(i) + 1) * 0.5 * most));
  return { slice: of, data };
}
