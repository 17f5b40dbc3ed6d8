import type { Dimension } from "../dimension.ts";
import type { DType, HostArray, StoredDType } from "../dtype.ts";
import type { Op } from "../graph/kinds.ts";
import type { Box } from "../program/placement.ts";
import type { Reduce } from "../program/program.ts";
import type { Rest } from "../rest/rest.ts";
import type { Copy } from "./slices/copy.ts";

export type MaybePromise<T> = T | Promise<T>;

/** A device's slice of one tensor, as kernels are told of it. */
export interface Slice {
  /** The dims of the whole tensor, in the order in which the slice is stored, row by row. */
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  /** What its numbers rest as, where that is narrower: then they lie in a buffer of bytes. */
  readonly rest?: Rest | undefined;
  /** Which part of the whole this device holds. */
  readonly box: Box;
}

/** Numbers in a backend's memory. Only the backend that made it can look inside. */
export interface Buffer {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * An op bound to the slices it computes on. It leaves its operands alone, except those it was told
 * it may reuse. It may return an operand, or a buffer that shares an operand's memory, as a result.
 */
export type Kernel = (operands: readonly Buffer[]) => MaybePromise<readonly Buffer[]>;

/** An op bound to the slices it computes on, whose result is added to a buffer. */
export type AddingKernel = (operands: readonly Buffer[], sum: Buffer) => void;

/**
 * What a backend does from one of its buffers to another. Places are counted in elements of a dtype: in a
 * buffer of what rests narrow, from its first byte on.
 */
export interface Within {
  /**
   * Prepares a copy. It may be told how many elements further on it is to read and to write, unless they
   * rest narrow.
   *
   * @example
   * const copy = within.copy(rows, "float32");
   * copy(source, target);
   */
  copy(
    copy: Copy,
    dtype: StoredDType,
  ): (source: Buffer, target: Buffer, from?: number, to?: number) => void;
  /**
   * Prepares a fold: what a copy reads of each source goes to where it writes, in the order of the sources
   * and with rounding after every step. A sum of bools is whether any holds.
   *
   * @param count how many sources there are
   */
  fold(
    fn: Reduce["fn"],
    copy: Copy,
    dtype: DType,
    count: number,
  ): (sources: readonly Buffer[], target: Buffer) => void;
}

/** Adds numbers to as many of the same type, float32 or int32, each rounded once. */
export type Add = (terms: HostArray, sums: HostArray) => void;

/** Computes one op on one device. */
export interface Backend {
  readonly name: string;
  /** The most bytes it can hold, where there is such a limit. */
  readonly limitBytes?: number;
  /** Which kernels it runs, equal on all devices of a mesh: `wasm-relaxed-simd`. */
  readonly variant: string;
  /**
   * Prepares an op for slices. No operand slice is empty unless the op is concat or pad.
   *
   * @param reuse the positions of operands that nothing reads afterwards: the kernel may write a
   * result over one of them and return it, unless other buffers share its memory
   */
  bind(
    op: Op,
    operands: readonly Slice[],
    results: readonly Slice[],
    reuse: readonly number[],
  ): Kernel;
  /**
   * As `bind`, where some operands rest narrow and lie in buffers of bytes: a kernel that widens them
   * as it reads. Undefined where there is none, and without it they are widened beforehand.
   */
  bindResting?(
    op: Op,
    operands: readonly Slice[],
    results: readonly Slice[],
    reuse: readonly number[],
  ): Kernel | undefined;
  /**
   * A kernel that adds an op's result to what a buffer of its shape holds, so that there is no term of
   * its own. Undefined where there is none, and without it the term is made and added.
   */
  bindAdding?(op: Op, operands: readonly Slice[], result: Slice): AddingKernel | undefined;
  /** Makes room at once for buffers of so many bytes each, where that takes less time than one by one. */
  expect?(bytes: readonly number[]): void;
  /** A buffer of the given numbers, row by row. */
  upload(data: HostArray, shape: readonly number[], dtype: DType): Buffer;
  /** A buffer of undefined content, or of `fill`. */
  allocate(shape: readonly number[], dtype: DType, fill?: number): Buffer;
  /**
   * The buffer's own memory where the host can reach it, else undefined. Valid until the next
   * allocation: memory may grow and move.
   */
  view(buffer: Buffer): HostArray | undefined;
  /** Adds to numbers that `view` gave, wherever the terms lie. Where there is none, a loop does. */
  readonly add?: Add | undefined;
  /** Copies and folds where its buffers lie, for a backend whose memory the host cannot reach. */
  readonly within?: Within | undefined;
  /** A copy of the buffer's numbers. */
  read(buffer: Buffer): MaybePromise<HostArray>;
  /** Writes over part of a buffer, from element `offset` on. */
  write(buffer: Buffer, offset: number, data: HostArray): void;
  /** Another buffer on the same memory, which is freed when all that share it are disposed of. */
  share(buffer: Buffer, shape: readonly number[]): Buffer;
  dispose(buffer: Buffer): void;
  /** What is held now, by the backend's own counters. */
  memory(): { readonly buffers: number; readonly bytes: number };
}
