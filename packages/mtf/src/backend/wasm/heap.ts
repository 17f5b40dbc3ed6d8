import type { TensorInfo } from "@tensorflow/tfjs-core";
import { bytesPerElement, type DType, type HostArray } from "../../dtype.ts";
import { internal, MtfError } from "../../errors.ts";
import type { Buffer } from "../backend.ts";
import { mostWords } from "./dims.ts";
import { type AskForLargePages, largePages } from "./largePages.ts";
import type { Engine } from "./tensorflow.ts";

/** Numbers in the heap. */
export interface HeapBuffer extends Buffer {
  readonly block: Block;
  /** Its numbers, as they were looked at last. */
  seen?: Seen;
}

/** A view of the heap, and the heap's own view of all at that time: a view ends when the heap grows. */
interface Seen {
  readonly heap: Uint8Array;
  readonly numbers: HeapArray;
}

/** A piece of the heap that TensorFlow.js knows as a tensor, and how many buffers lie on it. */
interface Block {
  readonly info: TensorInfo;
  readonly offset: number;
  readonly bytes: number;
  sharers: number;
}

export type HeapArray = Float32Array | Int32Array | Uint8Array;

/** What 32 bits reach. */
export const heapLimit: number = 2 ** 32;

/** Kernels read whole vectors at the end of a buffer, so there is always something behind it. */
const slack = 16;

/**
 * The memory of TensorFlow.js's wasm backend: one 32-bit heap per thread, of 4 GiB at most less
 * what fragments. It grows by itself and never shrinks, and views of it end when it grows.
 */
export class Heap {
  readonly engine: Engine;
  /** Where descriptions of operands are written for the kernel that is called next. */
  readonly description: number;
  /** Where kernels keep numbers that they need again and again. */
  readonly constants: number;
  private bytes = 0;
  private spare = { offset: 0, bytes: 0 };
  private readonly askForLargePages: AskForLargePages | undefined = largePages();
  /** The memory as it was when it last grew. */
  private grown: ArrayBufferLike | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
    this.description = this.reserve(4 * mostWords);
    this.constants = this.reserve(512);
  }

  allocate(shape: readonly number[], dtype: DType): HeapBuffer {
    let size = bytesPerElement[dtype];
    for (const n of shape) size *= n;
    const offset = this.reserve(size);
    return this.own(this.engine.makeOutput(shape, dtype, offset), shape, dtype, offset, size);
  }

  share(buffer: HeapBuffer, shape: readonly number[]): HeapBuffer {
    buffer.block.sharers++;
    return { shape, dtype: buffer.dtype, block: buffer.block };
  }

  dispose(buffer: HeapBuffer): void {
    const { block } = buffer;
    if (block.sharers <= 0) throw internal("a buffer was disposed of twice");
    if (--block.sharers > 0) return;
    this.bytes -= block.bytes;
    this.engine.disposeData(block.info.dataId);
  }

  /** A buffer's numbers. Collectives ask again and again, and an array takes as long as they do. */
  view(buffer: HeapBuffer): HeapArray {
    const heap = this.engine.wasm.HEAPU8;
    if (buffer.seen?.heap !== heap) buffer.seen = { heap, numbers: arrayIn(heap.buffer, buffer) };
    return buffer.seen.numbers;
  }

  /** Writes a description where kernels look for it; it holds until the next one. */
  describe(words: Int32Array): number {
    this.engine.wasm.HEAP32.set(words, this.description >>> 2);
    return this.description;
  }

  /** Memory for the duration of one kernel call. */
  scratch(bytes: number): number {
    if (bytes > this.spare.bytes) {
      if (this.spare.offset) this.engine.wasm._free(this.spare.offset);
      this.spare = { offset: 0, bytes: 0 };
      this.spare = { offset: this.reserve(bytes), bytes };
    }
    return this.spare.offset;
  }

  /** By TensorFlow.js's count of tensors and our count of their bytes. */
  memory(): { readonly buffers: number; readonly bytes: number } {
    return { buffers: this.engine.numDataIds(), bytes: this.bytes };
  }

  private own(
    info: TensorInfo,
    shape: readonly number[],
    dtype: DType,
    offset: number,
    bytes: number,
  ): HeapBuffer {
    this.bytes += bytes;
    return { shape, dtype, block: { info, offset, bytes, sharers: 1 } };
  }

  private reserve(bytes: number): number {
    // Offsets beyond 2 GiB come back negative.
    const offset = this.engine.wasm._malloc(bytes + slack) >>> 0;
    if (offset === 0 || bytes > 0xffff0000) throw this.exhausted(bytes);
    const { buffer } = this.engine.wasm.HEAPU8;
    if (buffer !== this.grown) {
      this.grown = buffer;
      this.askForLargePages?.(buffer);
    }
    return offset;
  }

  private exhausted(bytes: number): MtfError {
    return new MtfError("out-of-memory", `there is no room for ${mebibytes(bytes)} more.`, {
      evidence: [
        ["tensors", `${mebibytes(this.bytes)} in ${this.engine.numDataIds()}`],
        ["limit", `${heapLimit / 2 ** 20} MiB for each device of the wasm backend`],
      ],
      try: ["a mesh with more devices, and a layout that splits what is large"],
      bytes,
      held: this.bytes,
    });
  }
}

function arrayIn(memory: ArrayBufferLike, { block, dtype }: HeapBuffer): HeapArray {
  const { offset, bytes } = block;
  switch (dtype) {
    case "float32":
      return new Float32Array(memory, offset, bytes >> 2);
    case "int32":
      return new Int32Array(memory, offset, bytes >> 2);
    case "bool":
      return new Uint8Array(memory, offset, bytes);
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** The numbers of a buffer on the host, until the next allocation. */
export function copyOut(heap: Heap, buffer: HeapBuffer): HostArray {
  return heap.view(buffer).slice();
}
