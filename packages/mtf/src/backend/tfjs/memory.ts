import type { KernelBackend, TensorInfo, TypedArray } from "@tensorflow/tfjs-core";
import { bytesPerElement, type DType, type HostArray, hostArray } from "../../dtype.ts";
import { internal, MtfError } from "../../errors.ts";
import { volumeOf } from "../../shape.ts";
import type { Buffer, MaybePromise } from "../backend.ts";
import { after } from "./maybe.ts";

/** A buffer is what a kernel takes: shape and dtype with the key of its numbers. */
export type TfjsBuffer = Buffer & TensorInfo;

/** The numbers of a TensorFlow.js backend, without its engine: who holds what, and how to reach it. */
export interface Memory {
  readonly instance: KernelBackend;
  /** The registered name whose kernels run on the instance. */
  readonly name: string;
  /** The memory behind a key where the host can reach it. */
  readonly view: ((dataId: object) => HostArray) | undefined;
  /** Buffers that are held, and for each key its bytes and holders. */
  readonly live: Set<Buffer>;
  readonly held: Map<object, { readonly bytes: number; holders: number }>;
}

/** New numbers, with one reference that the caller holds. */
export function put(
  { instance }: Memory,
  data: HostArray,
  shape: readonly number[],
  dtype: DType,
): TensorInfo {
  const dataId = guard(() => instance.write(data as TypedArray, [...shape], dtype));
  return { dataId, shape: [...shape], dtype };
}

/** A buffer of a tensor whose reference it takes over. */
export function hold(memory: Memory, info: TensorInfo): TfjsBuffer {
  const dtype = info.dtype as DType;
  const buffer: TfjsBuffer = { dataId: info.dataId, shape: info.shape, dtype };
  const entry = memory.held.get(info.dataId);
  const size = volumeOf(info.shape);
  if (entry) entry.holders++;
  else memory.held.set(info.dataId, { bytes: size * bytesPerElement[dtype], holders: 1 });
  memory.live.add(buffer);
  return buffer;
}

export function drop(memory: Memory, buffer: Buffer): void {
  const { dataId } = check(memory, buffer);
  memory.live.delete(buffer);
  const entry = memory.held.get(dataId)!;
  if (--entry.holders === 0) memory.held.delete(dataId);
  memory.instance.disposeData(dataId);
}

export function check(memory: Memory, buffer: Buffer): TfjsBuffer {
  if (!memory.live.has(buffer)) throw internal("a buffer was used after it was disposed of");
  return buffer as TfjsBuffer;
}

/** A copy of a tensor's numbers, or the numbers themselves where `view` reaches them. */
export function numbersOf(memory: Memory, info: TensorInfo): MaybePromise<HostArray> {
  if (memory.view) return memory.view(info.dataId);
  return after(memory.instance.read(info.dataId), (data) => {
    return typedAs(info.dtype as DType, data as HostArray);
  });
}

/**
 * The tensor as its dtype promises. Kernels of `cpu` give out a window of their operand (Slice), an
 * operand under another dtype (Cast), or floats for any dtype (OneHot).
 */
export function settle(memory: Memory, info: TensorInfo): TensorInfo {
  if (!memory.view) return info;
  const data = memory.view(info.dataId);
  const dtype = info.dtype as DType;
  if (data.constructor === hostArray(dtype, 0).constructor && !isWindow(data)) return info;
  const own = put(memory, typedAs(dtype, data.slice()), info.shape, dtype);
  memory.instance.disposeData(info.dataId);
  return own;
}

function isWindow(data: HostArray): boolean {
  return data.byteLength !== data.buffer.byteLength;
}

function typedAs(dtype: DType, data: HostArray): HostArray {
  const wanted = hostArray(dtype, 0);
  if (data.constructor === wanted.constructor) return data;
  const copy = hostArray(dtype, data.length);
  copy.set(data);
  return copy;
}

/** Runs what may allocate: a refusal becomes an error of ours. */
export function guard<T>(allocate: () => T): T {
  try {
    return allocate();
  } catch (error) {
    throw explain(error);
  }
}

/** The error itself, unless it says that there was no memory. */
export function explain(error: unknown): unknown {
  const refused = /allocation failed|invalid (typed )?array( buffer)? length|out of memory/i;
  if (!(error instanceof Error) || error instanceof MtfError) return error;
  if (!refused.test(error.message)) return error;
  return new MtfError("out-of-memory", "the backend could not allocate memory.", {
    evidence: [["cause", error.message]],
    try: ["a layout that splits the largest values over more devices"],
  });
}
