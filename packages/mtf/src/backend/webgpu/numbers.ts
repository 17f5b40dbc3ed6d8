import type { HostArray } from "../../dtype.ts";
import { type Bytes, bytesIn, unpacking } from "./bytes.ts";
import { type GpuInstance, resourceOf } from "./instance.ts";
import type { Gpu } from "./own.ts";
import { submit } from "./submit.ts";

/** A copy of a tensor's numbers, which the GPU has once it has done all that it was told to. */
export async function download(
  instance: GpuInstance,
  bytes: Bytes,
  dataId: object,
): Promise<HostArray> {
  const { values, dtype } = instance.tensorMap.get(dataId);
  const length = bytes.lengthOf(dataId);
  if (values) return length === undefined ? values.slice() : bytesIn(values, length).slice();
  const given = await instance.getBufferData(resourceOf(instance, dataId));
  if (length !== undefined) return new Uint8Array(given, 0, length);
  if (dtype === "float32") return new Float32Array(given);
  const whole = new Int32Array(given);
  return dtype === "int32" ? whole : Uint8Array.from(whole);
}

/** Writes over part of a tensor, in turn with what the GPU was told to do before. */
export function writeInto(
  instance: GpuInstance,
  gpu: Gpu,
  dataId: object,
  offset: number,
  data: HostArray,
): void {
  const entry = instance.tensorMap.get(dataId);
  const length = gpu.bytes.lengthOf(dataId);
  if (entry.values) {
    const own = length === undefined ? entry.values : bytesIn(entry.values, length);
    own.set(data, offset);
    return;
  }
  if (length !== undefined && offset % 4 === 0 && isWhole(offset + data.length, length)) {
    const words = new Uint8Array(Math.ceil(data.length / 4) * 4);
    words.set(data);
    submit(instance);
    instance.queue.writeBuffer(resourceOf(instance, dataId), offset, words);
    return;
  }
  // A part of a word cannot be written: from now on each byte has one.
  if (length !== undefined) unpack(instance, gpu, dataId, length);
  submit(instance);
  const whole = entry.dtype === "bool" ? Int32Array.from(data) : data;
  const resource = resourceOf(instance, dataId);
  instance.queue.writeBuffer(resource, offset * 4, whole as Float32Array<ArrayBuffer>);
}

/** Gives each byte of a tensor a word, under the same key. */
export function unpack(
  instance: GpuInstance,
  { record, bytes }: Gpu,
  dataId: object,
  length: number,
): void {
  const wide = instance.makeTensorInfo([length], "bool");
  record(unpacking([length]), [{ dataId, shape: [length], dtype: "bool" }, wide]);
  const [packed, unpacked] = [dataId, wide.dataId].map((key) => instance.tensorMap.get(key));
  [packed!.resource, unpacked!.resource] = [unpacked!.resource!, packed!.resource!];
  [packed!.dtype, unpacked!.dtype] = ["bool", "int32"];
  instance.disposeData(wide.dataId);
  bytes.forget(dataId);
}

/** Whether bytes up to here end with a word, or with all there are. */
function isWhole(end: number, length: number): boolean {
  return end % 4 === 0 || end === length;
}
