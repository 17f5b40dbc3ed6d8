import type { HostArray } from "../../dtype.ts";
import type { Add } from "../backend.ts";
import type { Heap } from "./heap.ts";
import type { Kernels } from "./instantiate.ts";

/** Bytes of terms that are brought into the heap at once. */
const block = 1 << 14;

/** Adds to numbers of the heap, four at a time; terms that lie elsewhere are brought there first. */
export function addingIn(heap: Heap, { sum }: Kernels): Add {
  // Room for a block is there from now on: the heap could not grow while it is looked at.
  heap.scratch(block);
  return (terms, sums) => {
    const { buffer } = heap.engine.wasm.HEAPU8;
    const run = sums instanceof Float32Array ? sum.addFloats! : sum.addInts!;
    const to = sums.byteOffset;
    if (terms.buffer === buffer) {
      run(to, terms.byteOffset, sums.length);
      return;
    }
    const scratch = heap.scratch(block);
    const room = roomLike(sums, buffer, scratch);
    for (let at = 0; at < sums.length; at += room.length) {
      const count = Math.min(room.length, sums.length - at);
      room.set(count === terms.length ? terms : terms.subarray(at, at + count));
      run(to + 4 * at, scratch, count);
    }
  };
}

function roomLike(sums: HostArray, buffer: ArrayBufferLike, at: number): HostArray {
  const length = block / 4;
  return sums instanceof Float32Array
    ? new Float32Array(buffer, at, length)
    : new Int32Array(buffer, at, length);
}
