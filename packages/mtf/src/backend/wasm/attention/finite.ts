import type { Context } from "../context.ts";
import type { HeapBuffer } from "../heap.ts";

/**
 * Whether nothing in some buffers is infinite or NaN. What is so reaches all that it is multiplied with,
 * by 0 as well: then nothing may be left out.
 */
export function areFinite({ kernels }: Context, buffers: readonly HeapBuffer[]): boolean {
  return buffers.every(
    ({ block }) => kernels.attention.areFinite!(block.offset, block.bytes >> 2) !== 0,
  );
}
