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

/** A piece of the heap, and how many buffers lie on it. */
interface Block {
  readonly offset: number;
  /** What was reserved for it, which begins at `offset` or shortly before. */
  readonly reserved: number;
  readonly bytes: number;
  sharers: number;
  /** As TensorFlow.js knows it, once it has been given it. */
  tensor: object | undefined;
}

export type HeapArray = Float32Array | Int32Array | Uint8Array;

/** What 32 bits reach. */
export const heapLimit: number = 2 ** 32;

/** Kernels read whole vectors at the end of a buffer, so there is always something behind it. */
const slack = 16;

/** What `malloc` takes for itself of each piece, and lays it out by. */
const blockBytes = 32;

/**
 * Where buffers begin that are long enough for it to matter: at a cache line. Some processors (AMD's of
 * the Zen 3 and 4 families) copy whole blocks of memory many times slower where the target lies a part
 * of a line further on than the source, as far as pages are concerned (glibc's bug 30994), and it is such
 * copies that collectives are made of, in this process and from another's memory.
 */
const line = 64;

/** Shorter copies are loops on all processors. */
const short = 4096;

/** As many bytes, and room before them for a line to begin. */
function withLine(bytes: number): number {
  return bytes < short ? bytes : bytes + line;
}

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
  /** How many blocks there are of which TensorFlow.js knows nothing. */
  private blocks = 0;
  private spare = { offset: 0, bytes: 0 };
  private readonly askForLargePages: AskForLargePages | undefined = largePages();
  /** The engine's view of all memory since that last grew: to ask it for its buffer takes longer. */
  private grown: Uint8Array | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
    this.description = this.reserve(4 * mostWords);
    this.constants = this.reserve(512);
  }

  allocate(shape: readonly number[], dtype: DType): HeapBuffer {
    let size = bytesPerElement[dtype];
    for (const n of shape) size *= n;
    const reserved = this.reserve(withLine(size));
    const offset = size < short ? reserved : Math.ceil(reserved / line) * line;
    this.bytes += size;
    this.blocks++;
    const block: Block = { offset, reserved, bytes: size, sharers: 1, tensor: undefined };
    return { shape, dtype, block };
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
    if (!block.tensor) {
      this.blocks--;
      this.engine.wasm._free(block.reserved);
      return;
    }
    // What it gives back is where it takes the tensor to begin.
    this.engine.dataIdMap.get(block.tensor).memoryOffset = block.reserved;
    this.engine.disposeData(block.tensor);
  }

  /** A buffer as TensorFlow.js's kernels are given it. They alone need it, and it takes as long as a small one. */
  tensor({ block, dtype, shape: own }: HeapBuffer, shape: readonly number[]): TensorInfo {
    if (!block.tensor) {
      block.tensor = this.engine.makeOutput(own, dtype, block.offset).dataId;
      this.blocks--;
    }
    return { dataId: block.tensor, shape: [...shape], dtype };
  }

  /** A buffer's numbers. Collectives ask again and again, and an array takes as long as they do. */
  view(buffer: HeapBuffer): HeapArray {
    const heap = this.engine.wasm.HEAPU8;
    if (buffer.seen?.heap !== heap) buffer.seen = { heap, numbers: arrayIn(heap.buffer, buffer) };
    return buffer.seen.numbers;
  }

  /** Writes a description where kernels look for it; it holds until the next one. */
  describe(words: Int32Array): number {
    const { HEAP32 } = this.engine.wasm;
    const begin = this.description >>> 2;
    // A loop: to call `set` takes longer than to copy so few.
    for (let i = 0; i < words.length; i++) HEAP32[begin + i] = words[i]!;
    return this.description;
  }

  /**
   * Grows by as much as buffers of these sizes take, if it can: each time it grows, V8 collects garbage,
   * as there is a memory less that was large.
   */
  expect(bytes: readonly number[]): void {
    const room = bytes.reduce((sum, n) => sum + withLine(n) + slack + blockBytes, 0);
    if (room > heapLimit) return;
    const offset = this.engine.wasm._malloc(room) >>> 0;
    if (offset !== 0) this.engine.wasm._free(offset);
    this.noteGrowth();
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

  /** What there is of ours, and the tensors that TensorFlow.js's kernels have left. */
  memory(): { readonly buffers: number; readonly bytes: number } {
    return { buffers: this.blocks + this.engine.numDataIds(), bytes: this.bytes };
  }

  private reserve(bytes: number): number {
    // Offsets beyond 2 GiB come back negative.
    const offset = this.engine.wasm._malloc(bytes + slack) >>> 0;
    if (offset === 0 || bytes > 0xffff0000) throw this.exhausted(bytes);
    this.noteGrowth();
    return offset;
  }

  private noteGrowth(): void {
    const view = this.engine.wasm.HEAPU8;
    if (view === this.grown) return;
    this.grown = view;
    this.askForLargePages?.(view.buffer);
  }

  private exhausted(bytes: number): MtfError {
    return new MtfError("out-of-memory", `there is no room for ${mebibytes(bytes)} more.`, {
      evidence: [
        ["tensors", `${mebibytes(this.bytes)} in ${this.memory().buffers}`],
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
