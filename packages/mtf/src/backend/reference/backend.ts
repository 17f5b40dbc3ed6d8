import { bytesPerElement, type DType, type HostArray, hostArray } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import { volumeOf } from "../../shape.ts";
import { bindArrays } from "../arrays/bind.ts";
import type { Backend, Buffer } from "../backend.ts";
import { extentsOf } from "../slices/walk.ts";

/** Numbers, and how many buffers lie on them. */
interface Memory {
  readonly data: HostArray;
  /** What the numbers would take on a device, where a float32 has four bytes. */
  readonly bytes: number;
  sharers: number;
}

interface ReferenceBuffer extends Buffer {
  readonly memory: Memory;
}

/**
 * The oracle: every op on plain arrays, float32 held and computed in float64. Its results are what
 * the others are compared with.
 *
 * @example
 * const backend = referenceBackend();
 */
export function referenceBackend(): Backend {
  const live = new Set<Buffer>();
  let bytes = 0;

  const own = (shape: readonly number[], dtype: DType, memory: Memory): Buffer => {
    const buffer: ReferenceBuffer = { shape, dtype, memory };
    if (memory.sharers++ === 0) bytes += memory.bytes;
    live.add(buffer);
    return buffer;
  };
  const dataOf = (buffer: Buffer): HostArray => {
    if (!live.has(buffer)) throw internal("a buffer was used after it was disposed of");
    return (buffer as ReferenceBuffer).memory.data;
  };
  const allocate = (shape: readonly number[], dtype: DType, fill = 0): Buffer => {
    const size = volumeOf(shape);
    const data = dtype === "float32" ? new Float64Array(size) : hostArray(dtype, size);
    if (fill !== 0) data.fill(fill);
    return own(shape, dtype, { data, bytes: size * bytesPerElement[dtype], sharers: 0 });
  };

  return {
    name: "reference",
    variant: "reference",
    bind(op, operands, results) {
      const kernel = bindArrays(op, operands, results);
      const shapes = results.map((slice) => extentsOf(slice).map((e) => e.size));
      return (inputs) => {
        const outputs = results.map((slice, i) => allocate(shapes[i]!, slice.dtype));
        kernel(inputs.map(dataOf), outputs.map(dataOf));
        return outputs;
      };
    },
    upload(data, shape, dtype) {
      const buffer = allocate(shape, dtype);
      dataOf(buffer).set(data);
      return buffer;
    },
    allocate,
    view: dataOf,
    read: (buffer) => dataOf(buffer).slice(),
    write: (buffer, offset, data) => dataOf(buffer).set(data, offset),
    share(buffer, shape) {
      dataOf(buffer);
      return own(shape, buffer.dtype, (buffer as ReferenceBuffer).memory);
    },
    dispose(buffer) {
      dataOf(buffer);
      live.delete(buffer);
      const { memory } = buffer as ReferenceBuffer;
      if (--memory.sharers === 0) bytes -= memory.bytes;
    },
    memory: () => ({ buffers: live.size, bytes }),
  };
}
