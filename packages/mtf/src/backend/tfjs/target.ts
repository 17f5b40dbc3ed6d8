import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";
import type { DType, HostArray } from "../../dtype.ts";
import type { Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import type { Fault } from "./faults.ts";
import type { Step } from "./kernel.ts";
import type { WithinTensors } from "./within.ts";

/** One of TensorFlow.js's backends, and what the adapter has to know of it. */
export interface Target {
  /** What holds the numbers that kernels work on. */
  readonly instance: KernelBackend;
  /** The name that its kernels are registered under. */
  readonly kernels: string;
  /** What a mesh's devices must agree on. */
  readonly variant: string;
  /** Its name here. */
  readonly name: string;
  /** What the host computes instead. */
  readonly faults: readonly Fault[];
  /** Bools of the host, where they lie otherwise than kernels give them. */
  readonly uploadBytes?: (data: Uint8Array, shape: readonly number[]) => TensorInfo;
  /** Room full of one number, or of anything, where it need not be made on the host. */
  readonly allocate?: (
    shape: readonly number[],
    dtype: DType,
    fill: number | undefined,
  ) => TensorInfo;
  /**
   * Kernels of our own on it, whose operands may rest narrow; undefined where there are none for an
   * op on given slices.
   */
  readonly own?: (
    op: Op,
    operands: readonly Slice[],
    results: readonly Slice[],
    reuse: readonly number[],
  ) => Step | undefined;
  /** The memory behind a key, where the host can reach it. */
  readonly view?: (dataId: object) => HostArray;
  /** A copy of the numbers behind a key, where it is had at once. */
  readonly read?: (dataId: object) => HostArray;
  /** A copy of the numbers behind a key, where it has to be waited for. */
  readonly readLater?: (dataId: object) => Promise<HostArray>;
  /** Writes over part of the numbers behind a key, where they are not reached by `view`. */
  readonly write?: (dataId: object, offset: number, data: HostArray) => void;
  /** Copies and folds between tensors that are not reached by `view`. */
  readonly within?: WithinTensors;
  /** The same numbers under another key, where a key's shape cannot change. */
  readonly reshaped?: (x: TensorInfo, shape: readonly number[]) => TensorInfo;
}
