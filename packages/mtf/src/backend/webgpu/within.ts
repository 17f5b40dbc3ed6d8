import type { TensorInfo } from "@tensorflow/tfjs-core";
import { bytesPerElement } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import type { WithinTensors } from "../tfjs/within.ts";
import type { GpuInstance } from "./instance.ts";
import { copyingParts, copyingWords, foldingSources, mostSources } from "./kernels/within.ts";
import { unpack } from "./numbers.ts";
import type { Gpu } from "./own.ts";
import { recordCopy } from "./record.ts";
import type { Shader } from "./shader.ts";

/** Copies and folds from tensor to tensor, which the GPU does in turn with all else. */
export function openWithin(instance: GpuInstance, gpu: Gpu): WithinTensors {
  const { record, bytes } = gpu;
  /** Gives each bool a word, as kernels do. */
  const widen = ({ dataId }: TensorInfo) => {
    const length = bytes.lengthOf(dataId);
    if (length !== undefined) unpack(instance, gpu, dataId, length);
  };

  return {
    copy(copy, dtype) {
      const width = dtype === "bool" ? 4 : bytesPerElement[dtype];
      const narrow = width !== 4;
      // Most copies are of neighbours, and need no kernel.
      let still: Shader | undefined;
      let shifted: Shader | undefined;
      return (source, target, from, to) => {
        if (copy.elements === 0) return;
        if (dtype === "bool") for (const tensor of [source, target]) widen(tensor);
        const [begin, end] = [width * (copy.from + from), width * (copy.to + to)];
        const size = width * copy.run;
        if (copy.counts.length === 0 && [begin, end, size].every((n) => n % 4 === 0)) {
          recordCopy(instance, { of: source, begin }, { of: target, begin: end }, size);
        } else if (from === 0 && to === 0) {
          still ??= narrow ? copyingParts(copy, width as 1 | 2) : copyingWords(copy, false);
          record(still, [source, target]);
        } else if (narrow) {
          throw internal("what rests narrow is copied to where it was not planned to be");
        } else {
          const shift = instance.makeTensorInfo([2], "int32", Int32Array.of(from, to));
          shifted ??= copyingWords(copy, true);
          record(shifted, [source, shift, target]);
          instance.disposeData(shift.dataId);
        }
      };
    },
    fold(fn, copy, dtype, count) {
      const passes = Array.from({ length: Math.ceil(count / mostSources) }, (_, i) => {
        const begin = i * mostSources;
        const end = Math.min(count, begin + mostSources);
        return { begin, end, shader: foldingSources(fn, copy, dtype, end - begin, begin > 0) };
      });
      return (sources, target) => {
        if (copy.elements === 0) return;
        if (dtype === "bool") for (const tensor of [...sources, target]) widen(tensor);
        for (const { begin, end, shader } of passes) {
          record(shader, [...sources.slice(begin, end), target]);
        }
      };
    },
  };
}
