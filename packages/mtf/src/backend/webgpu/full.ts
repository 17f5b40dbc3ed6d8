import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type DType, hostArray } from "../../dtype.ts";
import { volumeOf } from "../../shape.ts";
import type { GpuInstance } from "./instance.ts";
import { filling } from "./kernels/arrange.ts";
import type { Gpu } from "./own.ts";

/** A tensor full of one number, which the GPU writes; bools are bytes, as those that are uploaded. */
export function fullOf(
  instance: GpuInstance,
  { record, bytes }: Gpu,
  shape: readonly number[],
  dtype: DType,
  fill: number,
): TensorInfo {
  const size = volumeOf(shape);
  if (dtype === "bool") return bytes.put(new Uint8Array(size).fill(fill), shape);
  const made = instance.makeTensorInfo([...shape], dtype);
  if (size === 0) instance.tensorMap.get(made.dataId).values = hostArray(dtype, 0);
  else record(filling(size, fill, dtype), [made]);
  return made;
}
