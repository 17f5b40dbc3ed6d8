import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type DType, hostArray } from "../../dtype.ts";
import { volumeOf } from "../../shape.ts";
import type { GpuInstance } from "./instance.ts";
import { filling } from "./kernels/arrange.ts";
import type { Gpu } from "./own.ts";

/**
 * A tensor full of one number, which the GPU writes, or of anything. Bools are bytes, as those that are
 * uploaded.
 */
export function fullOf(
  instance: GpuInstance,
  { record, bytes }: Gpu,
  shape: readonly number[],
  dtype: DType,
  fill: number | undefined,
): TensorInfo {
  const size = volumeOf(shape);
  if (dtype === "bool" && fill === undefined && size > 0) return bytes.room(size, shape);
  if (dtype === "bool") return bytes.put(new Uint8Array(size).fill(fill ?? 0), shape);
  const made = instance.makeTensorInfo([...shape], dtype);
  if (size === 0) instance.tensorMap.get(made.dataId).values = hostArray(dtype, 0);
  else if (fill !== undefined) record(filling(size, fill, dtype), [made]);
  return made;
}
