import type { Dimension } from "../dimension.ts";
import type { DType, HostArray } from "../dtype.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import type { Mesh } from "../mesh.ts";
import type { Lowered } from "../spmd/lowered.ts";
import type { Box, Placement } from "../spmd/placement.ts";

/**
 * A tensor on the devices of a mesh, each holding its slice. Given by `run`, taken by `run`, and
 * copied to the host by `read` alone.
 */
export interface Sharded<in out Names extends string = string, D extends DType = DType> {
  readonly dims: { readonly [N in Names]: Dimension<N> };
  readonly names: readonly Names[];
  readonly dtype: D;
  readonly placement: Placement;
  /**
   * The whole tensor, row by row in the order of `names`.
   *
   * @throws MtfError `poisoned` if the run that should have made it failed
   */
  read(): Promise<HostArray>;
  /** A part of it, row by row: only the devices that hold it are asked. */
  readBox(box: Box): Promise<HostArray>;
  /** Frees its memory on the devices. Handles given up by donation need no disposal. */
  dispose(): void;
}

/**
 * Where an input's numbers come from. A device asks only for its own box: an array is cut, a file
 * is read by byte ranges, a function is called with the box.
 */
export type Source = HostArray | readonly number[] | number | FileSource | BoxSource;

/** Raw little-endian numbers of the input's dtype, row by row in the order of its dims. */
export interface FileSource {
  readonly file: string;
  /** Bytes before the first number. */
  readonly offset: number;
  /** How the file stores them, where that is not the input's dtype. */
  readonly stored?: "float32" | "float16" | "bfloat16" | "float64" | "int32" | "int64";
}

export interface BoxSource {
  /** The numbers of a box, row by row. */
  readonly box: (box: Box) => HostArray | Promise<HostArray>;
  /**
   * The dims of the whole, in the order that boxes are given in. An input takes them in any order,
   * and no others. Absent: those of the input.
   */
  readonly dims?: readonly Dimension[];
}

/** A tree of tensors as it is given to a run. */
export type Fed<T> =
  T extends Tensor<infer Names, infer D>
    ? Sharded<Names, D> | Source
    : T extends object
      ? { readonly [K in keyof T]: Fed<T[K]> }
      : T;

/** A tree of tensors as a run gives it. */
export type Held<T> =
  T extends Tensor<infer Names, infer D>
    ? Sharded<Names, D>
    : T extends object
      ? { readonly [K in keyof T]: Held<T[K]> }
      : T;

/**
 * A program loaded on devices. Given numbers are copied when it is called, and the handles of
 * donated inputs are gone from then on. A run need not have ended when its promise resolves: its
 * results may be given to the next run at once, so that the devices never wait for the caller.
 * What goes wrong meanwhile is thrown by whatever is asked next.
 *
 * @throws MtfError `wrong-input` before anything is given up; `device-failed` if a device failed in
 * this run or one before, after which the devices are of no use any more
 */
export interface Run<Arguments extends readonly unknown[], Result> {
  (...inputs: { readonly [K in keyof Arguments]: Fed<Arguments[K]> }): Promise<Held<Result>>;
  /** Forgets the program on the devices. */
  unload(): Promise<void>;
}

/** The devices of a mesh, in whatever way they run. */
export interface Devices {
  readonly mesh: Mesh;
  /** The backend's variant of kernels, the same on all devices. */
  readonly variant: string;
  /** @throws MtfError `bad-mesh` if the program was lowered for another mesh */
  load<Arguments extends readonly unknown[], Result>(
    lowered: Lowered<Arguments, Result>,
  ): Promise<Run<Arguments, Result>>;
  /** Puts one tensor on the devices under a placement. */
  put(tensor: AnyTensor, placement: Placement, source: Source): Promise<Sharded>;
  /** What every device holds, has held at most, and has received from others since the start. */
  usage(): Promise<readonly DeviceUsage[]>;
  /** Stops the devices and frees all they hold. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface DeviceUsage {
  /** By the backend's own counters. */
  readonly buffers: number;
  readonly bytes: number;
  /** The most bytes held after any instruction since the last call. */
  readonly peakBytes: number;
  /** Bytes that collectives copied from other devices, counted by the copying loops. */
  readonly bytesReceived: number;
}
