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
  if (entry.holders > 1 || entry.numbers.keys > 1) {
    throw internal("a shared buffer cannot be written on this backend");
  }
  const size = volumeOf(buffer.shape);
  const { shape } = buffer;
  const arena = openArena(memory);
  const pieced = () => {
    const flat = arena.call("Reshape", { x: buffer }, { shape: [size] });
    const cut = (begin: number, end: number) =>
      begin === end
        ? []
        : [arena.call("Slice", { x: flat }, { begin: [begin], size: [end - begin] })];
    const written = arena.put(data.slice(), [data.length], buffer.dtype as DType);
    const parts = [...cut(0, offset), written, ...cut(offset + data.length, size)];
    return arena.call("Reshape", { x: arena.call("Concat", parts, { axis: 0 }) }, { shape });
  };
  try {
    const whole = data.length === size;
    const made = whole ? arena.put(data.slice(), shape, buffer.dtype as DType) : pieced();
    const { dataId } = arena.keep(made);
    memory.held.delete(buffer.dataId);
    memory.target.instance.disposeData(buffer.dataId);
    memory.held.set(dataId, entry);
    Object.assign(buffer, { dataId });
  } finally {
    arena.free();
  }
}
