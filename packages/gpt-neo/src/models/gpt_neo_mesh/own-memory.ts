import { broadcast, concat, equal, iota, rename, type Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import type { Seen } from "../memory.ts";
import { type Declared, matrix } from "../parameter.ts";
import type { MeshDims } from "./dims.ts";

/** Keys and values of a layer's own, which are no token's (Sukhbaatar et al., 2019). */
export interface OwnMemory {
  readonly memoryKeys?: Tensor<"mem_kv" | "heads" | "kv">;
  readonly memoryValues?: Tensor<"mem_kv" | "heads" | "kv">;
}

export function ownMemoryParameters(
  { original }: Config,
  name: string,
  { mem_kv, heads, kv }: MeshDims,
): Declared<OwnMemory> {
  if (original.num_mem_kv === 0) return {};
  return {
    memoryKeys: matrix(`${name}.mem_k`, [mem_kv, heads, kv], "memory"),
    memoryValues: matrix(`${name}.mem_v`, [mem_kv, heads, kv], "memory"),
  };
}

/** What is seen of tokens, and before it the layer's own, which all see. */
export function withOwnMemory({ memoryKeys, memoryValues }: OwnMemory, seen: Seen): Seen {
  if (!memoryKeys || !memoryValues) return seen;
  const { batch } = seen.keys.dims;
  const before = (own: Tensor<"mem_kv" | "heads" | "kv">, x: Seen["keys"]): Seen["keys"] => {
    const slots = rename(broadcast(own, batch), "mem_kv", "memory_length");
    return concat([slots, x], "memory_length") as never;
  };
  return {
    keys: before(memoryKeys, seen.keys),
    values: before(memoryValues, seen.values),
    visible: seen.visible && shown(memoryKeys, seen.visible),
  };
}

function shown(
  own: Tensor<"mem_kv" | "heads" | "kv">,
  visible: NonNullable<Seen["visible"]>,
): NonNullable<Seen["visible"]> {
  const slots = rename(iota(own.dims.mem_kv), "mem_kv", "memory_length") as never;
  const others = Object.values(visible.dims).filter(({ name }) => name !== "memory_length");
  const all = others.reduce((x, dim) => broadcast(x, dim as never) as never, equal(slots, slots));
  return concat([all as never, visible], "memory_length") as never;
}
