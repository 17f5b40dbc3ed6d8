import type { Wgsl } from "../kernel.ts";
import { combined } from "./paged/combine.ts";
import { pagedLoopOf } from "./paged/loop.ts";
import { partial, roomOf } from "./paged/partial.ts";

/**
 * Attention to what lies in blocks, read where it lies. Tokens of a row are shared among as many workgroups
 * as keep a GPU busy, and what each gives is put together afterwards (Dao et al., 2023): so few queries of
 * a long text take as long as reading it does.
 */
export const pagedAttention: Wgsl<"pagedAttention"> = (attributes, operands, results) => {
  const loop = pagedLoopOf(attributes, operands, results[0]!);
  if (!loop) return undefined;
  const reads = operands.map(({ dtype }) => dtype);
  const room = operands.length + results.length;
  return {
    rooms: [{ size: roomOf(loop), dtype: "float32" }],
    passes: [
      { shader: partial(attributes, loop, reads), tensors: [...operands.map((_, i) => i), room] },
      { shader: combined(attributes, loop), tensors: [room, operands.length] },
    ],
  };
};
