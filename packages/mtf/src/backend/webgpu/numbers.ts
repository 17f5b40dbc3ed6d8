import type { HostArray } from "../../dtype.ts";
import type { GpuInstance } from "./instance.ts";

/** A copy of a tensor's numbers, which the GPU has once it has done all that it was told to. */
export async function download(instance: GpuInstance, dataId: object): Promise<HostArray> {
  const { values, resource, dtype } = instance.tensorMap.get(dataId);
  if (values) return values.slice();
  const bytes = await instance.getBufferData(resource!);
  if (dtype === "float32") return new Float32Array(bytes);
  const whole = new Int32Array(bytes);
  return dtype === "int32" ? whole : Uint8Array.from(whole);
}

/** Writes over part of a tensor, in turn with what the GPU was told to do before. */
export function writeInto(
  instance: GpuInstance,
  dataId: object,
  offset: number,
  data: HostArray,
): void {
  const entry = instance.tensorMap.get(dataId);
  if (entry.values) {
    entry.values.set(data, offset);
    return;
  }
  submit(instance);
  const { resource, dtype } = entry;
  const wide = dtype === "bool" ? Int32Array.from(data) : data;
  instance.queue.writeBuffer(resource!, offset * 4, wide as Float32Array<ArrayBuffer>);
}

/** Hands the GPU all that was recorded for it. */
export function submit(instance: GpuInstance): void {
  if (!instance.commandEncoder) return;
  instance.endComputePassEncoder();
  instance.submitQueue();
}
