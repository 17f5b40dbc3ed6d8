import type { TensorInfo, TypedArray } from "@tensorflow/tfjs-core";
import { bytesPerElement, type DType, type HostArray, hostArray } from "../../dtype.ts";
import { internal, MtfError } from "../../errors.ts";
import { volumeOf } from "../../shape.ts";
import type { Buffer, MaybePromise } from "../backend.ts";
import type { Target } from "./target.ts";

/** A buffer is what a kernel takes: shape and dtype with the key of its numbers. */
export type TfjsBuffer = Buffer & TensorInfo;

/** Numbers that somebody holds, which may lie under several keys. */
interface Numbers {
  readonly bytes: number;
  keys: number;
}

/** The numbers of a TensorFlow.js backend, without its engine: who holds what, and how to reach it. */
export interface Memory {
  readonly target: Target;
  readonly live: Set<Buffer>;
  /** For each key what lies under it, and how many buffers have it. */
  readonly held: Map<object, { readonly numbers: Numbers; holders: number }>;
}

export function openMemory(target: Target): Memory {
  return { target, live: new Set(), held: new Map() };
}

/** New numbers, with one reference that the caller holds. */
export function put(
  { target: { instance } }: Memory,
  data: HostArray,
  shape: readonly number[],
  dtype: DType,
): TensorInfo {
  const dataId = guard(() => instance.write(data as TypedArray, [...shape], dtype));
  return { dataId, shape: [...shape], dtype };
}

/**
 * A buffer of a tensor whose reference it takes over.
 *
 * @param of the buffer whose numbers these are, if they have a key of their own
 */
export function hold(memory: Memory, info: TensorInfo, of?: TfjsBuffer): TfjsBuffer {
  const dtype = info.dtype as DType;
  const buffer: TfjsBuffer = { dataId: info.dataId, shape: info.shape, dtype };
  const known = memory.held.get(info.dataId);
  if (known) known.holders++;
  else {
    const bytes = volumeOf(info.shape) * bytesPerElement[dtype];
    const numbers = of ? memory.held.get(of.dataId)!.numbers : { bytes, keys: 0 };
    numbers.keys++;
    memory.held.set(info.dataId, { numbers, holders: 1 });
  }
  memory.live.add(buffer);
  return buffer;
}

export function drop(memory: Memory, buffer: Buffer): void {
  const { dataId } = check(memory, buffer);
  memory.live.delete(buffer);
  const entry = memory.held.get(dataId)!;
  if (--entry.holders === 0) {
    memory.held.delete(dataId);
    entry.numbers.keys--;
  }
  memory.target.instance.disposeData(dataId);
}

/** Another buffer on the same numbers. */
export function share(memory: Memory, buffer: Buffer, shape: readonly number[]): TfjsBuffer {
  const own = check(memory, buffer);
  const { instance, reshaped } = memory.target;
  if (reshaped && shape.join() !== own.shape.join()) return hold(memory, reshaped(own, shape), own);
  instance.incRef(own.dataId);
  return hold(memory, { dataId: own.dataId, dtype: own.dtype, shape: [...shape] });
}

/** What is held: numbers under several keys count once. */
export function usageOf({ target, held }: Memory): { buffers: number; bytes: number } {
  const all = new Set([...held.values()].map((entry) => entry.numbers));
  const bytes = [...all].reduce((sum, numbers) => sum + numbers.bytes, 0);
  return { buffers: target.instance.numDataIds() - (held.size - all.size), bytes };
}

export function check(memory: Memory, buffer: Buffer): TfjsBuffer {
  if (!memory.live.has(buffer)) throw internal("a buffer was used after it was disposed of");
  return buffer as TfjsBuffer;
}

/** A copy of a tensor's numbers, or the numbers themselves where `view` reaches them. */
export function numbersOf({ target }: Memory, info: TensorInfo): MaybePromise<HostArray> {
  const { instance, view, read } = target;
  if (view) return view(info.dataId);
  if (read) return typedAs(info.dtype as DType, read(info.dataId));
  const reading = (target.readLater ?? instance.read.bind(instance))(info.dataId);
  return (reading as Promise<HostArray>).then((data) => typedAs(info.dtype as DType, data));
}

/**
 * The tensor as its dtype promises. Kernels of `cpu` give out a window of their operand (Slice), an
 * operand under another dtype (Cast), or floats for any dtype (OneHot).
 */
export function settle(memory: Memory, info: TensorInfo): TensorInfo {
  const { view, instance } = memory.target;
  if (!view) return info;
  const data = view(info.dataId);
  const dtype = info.dtype as DType;
  if (data.constructor === hostArray(dtype, 0).constructor && !isWindow(data)) return info;
  const own = put(memory, typedAs(dtype, data.slice()), info.shape, dtype);
  instance.disposeData(info.dataId);
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
