import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type DType, hostArray } from "../../dtype.ts";
import { volumeOf } from "../../shape.ts";
import type { GpuInstance } from "./instance.ts";
import { filling } from "./kernels/arrange.ts";
import type { Recorder } from "./record.ts";

/** A tensor full of one number, which the GPU writes. */
export function fullOf(
  instance: GpuInstance,
  record: Recorder,
  shape: readonly number[],
  dtype: DType,
  fill: number,
): TensorInfo {
  const made = instance.makeTensorInfo([...shape], dtype);
  if (volumeOf(shape) === 0) instance.tensorMap.get(made.dataId).values = hostArray(dtype, 0);
  else record(filling(volumeOf(shape), fill, dtype), [made]);
  return made;
}
