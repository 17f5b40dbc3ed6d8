import type { Backend } from "../../backend/backend.ts";
import { type DType, type HostArray, hostArray } from "../../dtype.ts";

/** Whether a backend holds float32 elements as float64, as the reference does. */
export function isWide(backend: Backend): boolean {
  const probe = backend.upload(new Float32Array(1), [1], "float32");
  const wide = backend.view(probe) instanceof Float64Array;
  backend.dispose(probe);
  return wide;
}

/** Room for elements as such a backend, or another, holds them. */
export function roomFor(dtype: DType, length: number, wide: boolean): HostArray {
  return wide && dtype === "float32" ? new Float64Array(length) : hostArray(dtype, length);
}
