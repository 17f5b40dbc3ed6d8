import type { HostArray } from "../../dtype.ts";
import { type Bytes, bytesIn, unpacking } from "./bytes.ts";
import type { GpuInstance } from "./instance.ts";
import type { Gpu } from "./own.ts";
import { submit } from "./submit.ts";

/** A copy of a tensor's numbers, which the GPU has once it has done all that it was told to. */
export async function download(
  instance: GpuInstance,
  bytes: Bytes,
  dataId: object,
): Promise<HostArray> {
  const { values, resource, dtype } = instance.tensorMap.get(dataId);
  const length = bytes.lengthOf(dataId);
  if (values) return length === undefined ? values.slice() : bytesIn(values, length).slice();
  const given = await instance.getBufferData(resource!);
  if (length !== undefined) return new Uint8Array(given, 0, length);
  if (dtype === "float32") return new Float32Array(given);
  const whole = new Int32Array(given);
  return dtype === "int32" ? whole : Uint8Array.from(whole);
}

/** Writes over part of a tensor, in turn with what the GPU was told to do before. */
export function writeInto(
  instance: GpuInstance,
  { record, bytes }: Gpu,
  dataId: object,
  offset: number,
  data: HostArray,
): void {
  const entry = instance.tensorMap.get(dataId);
  const length = bytes.lengthOf(dataId);
  if (entry.values) {
    const own = length === undefined ? entry.values : bytesIn(entry.values, length);
    own.set(data, offset);
    return;
  }
  if (length !== undefined && offset % 4 === 0 && isWhole(offset + data.length, length)) {
    const words = new Uint8Array(Math.ceil(data.length / 4) * 4);
    words.set(data);
    submit(instance);
    instance.queue.writeBuffer(entry.resource!, offset, words);
    return;
  }
  if (length !== undefined) {
    // A part of a word cannot be written: from now on each byte has one.
    const wide = instance.makeTensorInfo([length], "bool");
    record(unpacking([length]), [{ dataId, shape: [length], dtype: "bool" }, wide]);
    const unpacked = instance.tensorMap.get(wide.dataId);
    [entry.resource, unpacked.resource] = [unpacked.resource!, entry.resource!];
    [entry.dtype, unpacked.dtype] = ["bool", "int32"];
    instance.disposeData(wide.dataId);
    bytes.forget(dataId);
  }
  submit(instance);
  const whole = entry.dtype === "bool" ? Int32Array.from(data) : data;
  instance.queue.writeBuffer(entry.resource!, offset * 4, whole as Float32Array<ArrayBuffer>);
}

/** Whether bytes up to here end with a word, or with all there are. */
function isWhole(end: number, length: number): boolean {
  return end % 4 === 0 || end === length;
}
