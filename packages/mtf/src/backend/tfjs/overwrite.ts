import type { DType, HostArray } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import { volumeOf } from "../../shape.ts";
import { openArena } from "./arena.ts";
import type { Memory, TfjsBuffer } from "./memory.ts";

/**
 * Writes over part of a buffer whose memory the host cannot reach: what stays is put together anew
 * with what is written, under a new key.
 */
export function overwrite(
  memory: Memory,
  buffer: TfjsBuffer,
  offset: number,
  data: HostArray,
): void {
  const entry = memory.held.get(buffer.dataId)!;
  if (entry.holders > 1) throw internal("a shared buffer cannot be written on this backend");
  const size = volumeOf(buffer.shape);
  const arena = openArena(memory);
  try {
    const flat = arena.call("Reshape", { x: buffer }, { shape: [size] });
    const cut = (begin: number, end: number) =>
      begin === end
        ? []
        : [arena.call("Slice", { x: flat }, { begin: [begin], size: [end - begin] })];
    const written = arena.put(data.slice(), [data.length], buffer.dtype as DType);
    const parts = [...cut(0, offset), written, ...cut(offset + data.length, size)];
    const made = parts.length === 1 ? written : arena.call("Concat", parts, { axis: 0 });
    const { dataId } = arena.keep(made);
    memory.held.delete(buffer.dataId);
    memory.instance.disposeData(buffer.dataId);
    memory.held.set(dataId, entry);
    Object.assign(buffer, { dataId });
  } finally {
    arena.free();
  }
}
