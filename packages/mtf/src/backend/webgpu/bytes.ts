import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { HostArray } from "../../dtype.ts";
import { volumeOf } from "../../shape.ts";
import type { GpuInstance } from "./instance.ts";
import { each } from "./shader.ts";

/**
 * Bools as the host gives them, four to a word: what rests narrow is such bytes. TensorFlow.js gives
 * every bool a word of its own, and so do our kernels' results.
 */
export interface Bytes {
  put(data: Uint8Array, shape: readonly number[]): TensorInfo;
  /** Room for so many, which may be anything. */
  room(length: number, shape: readonly number[]): TensorInfo;
  /** How many bytes lie so under a key; undefined where there is something else. */
  lengthOf(dataId: object): number | undefined;
  /** Puts them, from now on, as TensorFlow.js has bools. */
  forget(dataId: object): void;
}

export function openBytes(instance: GpuInstance): Bytes {
  const lengths = new WeakMap<object, number>();
  const made = (length: number, shape: readonly number[], words?: Int32Array): TensorInfo => {
    const { dataId } = instance.makeTensorInfo([Math.ceil(length / 4)], "int32", words);
    lengths.set(dataId, length);
    return { dataId, shape: [...shape], dtype: "bool" };
  };
  return {
    put(data, shape) {
      const words = new Int32Array(Math.ceil(data.length / 4));
      new Uint8Array(words.buffer).set(data);
      return made(data.length, shape, words);
    },
    room: (length, shape) => made(length, shape),
    lengthOf: (dataId) => lengths.get(dataId),
    forget: (dataId) => void lengths.delete(dataId),
  };
}

/** The bytes in an array of the words they lie in. */
export function bytesIn(words: HostArray, length: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, length);
}

/** Gives each byte of `x0` a word. */
export function unpacking(shape: readonly number[]): ReturnType<typeof each> {
  return each(volumeOf(shape), {
    reads: ["int32"],
    writes: ["bool"],
    body: "  y0[i] = (x0[i / 4u] >> (8u * (i % 4u))) & 255;",
  });
}
