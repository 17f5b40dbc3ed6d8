import type { Backend, Buffer, Within } from "../../backend/backend.ts";
import { copyElements, eachRun } from "../../backend/slices/copy.ts";
import { bytesPerElement, elementsIn, type HostArray, type StoredDType } from "../../dtype.ts";
import { foldOf } from "../collectives/fold.ts";

/** Copies and folds within a backend whose memory can be reached, for what is to be like a GPU. */
export function withinArrays(backend: Backend): Within {
  const numbers = (buffer: Buffer, dtype: StoredDType): HostArray => {
    const held = backend.view(buffer)!;
    if (held.BYTES_PER_ELEMENT >= bytesPerElement[dtype]) return held;
    const { buffer: memory, byteOffset, byteLength } = held;
    return elementsIn(dtype, memory, byteOffset, byteLength / bytesPerElement[dtype]);
  };
  return {
    copy: (copy, dtype) => {
      return (source, target, further = 0, on = 0) => {
        const [own, made] = [numbers(source, dtype), numbers(target, dtype)];
        eachRun(copy, 0, copy.fromEnd, (from, to, length) => {
          copyElements(own, from + further, made, to + on, length);
        });
      };
    },
    fold: (fn, copy, dtype) => {
      const fold = foldOf(fn, dtype);
      return (sources, target) => {
        const terms = sources.map((source) => ({ numbers: numbers(source, dtype), begin: 0 }));
        eachRun(copy, 0, copy.fromEnd, (from, to, length) => {
          fold(terms, from, numbers(target, dtype), to, length);
        });
      };
    },
  };
}
