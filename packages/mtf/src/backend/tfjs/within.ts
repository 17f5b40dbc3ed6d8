import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { DType, StoredDType } from "../../dtype.ts";
import type { Reduce } from "../../program/program.ts";
import type { Within } from "../backend.ts";
import type { Copy } from "../slices/copy.ts";
import { check, guard, type Memory } from "./memory.ts";

/** What `Within` is of buffers, of the tensors that they are. */
export interface WithinTensors {
  copy(
    copy: Copy,
    dtype: StoredDType,
  ): (source: TensorInfo, target: TensorInfo, from: number, to: number) => void;
  fold(
    fn: Reduce["fn"],
    copy: Copy,
    dtype: DType,
    count: number,
  ): (sources: readonly TensorInfo[], target: TensorInfo) => void;
}

/** Copies and folds of the buffers that a memory holds. */
export function withinMemory(memory: Memory, tensors: WithinTensors): Within {
  return {
    copy(copy, dtype) {
      const run = tensors.copy(copy, dtype);
      return (source, target, from = 0, to = 0) =>
        guard(() => run(check(memory, source), check(memory, target), from, to));
    },
    fold(fn, copy, dtype, count) {
      const run = tensors.fold(fn, copy, dtype, count);
      return (sources, target) =>
        guard(() =>
          run(
            sources.map((source) => check(memory, source)),
            check(memory, target),
          ),
        );
    },
  };
}
