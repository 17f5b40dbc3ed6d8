import { expect, test } from "vitest";
import type { Op } from "../../graph/kinds.ts";
import type { Buffer, Slice } from "../backend.ts";
import { wasmBackend } from "./index.ts";

const backend = await wasmBackend();

function slice(...sizes: readonly number[]): Slice {
  const dims = sizes.map((size, i) => ({ name: `d${i}`, size }));
  return { dims, dtype: "float32", box: sizes.map((size) => ({ begin: 0, size })) };
}

const add: Op = { kind: "elementwise", attributes: { fn: "add", scalars: [null, null] } };

test("200 calls leave nothing behind", () => {
  const x = slice(7, 33);
  const row: Slice = { ...slice(33), dims: [{ name: "d1", size: 33 }] };
  const spread = backend.bind(add, [x, row], [x], [0]);
  const softmax = backend.bind({ kind: "softmax", attributes: { over: "d0" } }, [x], [x], [0]);
  const sum: Op = { kind: "reduce", attributes: { fn: "sum", over: ["d0"] } };
  const reduce = backend.bind(sum, [x], [row], []);
  const before = backend.memory();
  for (let i = 0; i < 200; i++) {
    const operands = [
      backend.allocate([7, 33], "float32", i),
      backend.allocate([33], "float32", 1),
    ];
    const [total] = spread(operands) as readonly Buffer[];
    const [normal] = softmax([total!]) as readonly Buffer[];
    const [sums] = reduce([normal!]) as readonly Buffer[];
    for (const buffer of new Set([...operands, total!, normal!, sums!])) backend.dispose(buffer);
  }
  expect(backend.memory()).toEqual(before);
});

test("an operand is written over only if it may be, and if nobody shares it", () => {
  const [x, y] = [backend.allocate([8], "float32", 1), backend.allocate([8], "float32", 2)];
  const kernel = backend.bind(add, [slice(8), slice(8)], [slice(8)], [0]);
  const [first] = kernel([x, y]) as readonly Buffer[];
  expect(first).toBe(x);
  expect(backend.view(x)![7]).toBe(3);
  const other = backend.share(x, [2, 4]);
  const [second] = kernel([x, y]) as readonly Buffer[];
  expect(second).not.toBe(x);
  expect(backend.view(other)![7]).toBe(3);
  expect(backend.view(second!)![7]).toBe(5);
  for (const buffer of [x, y, other, second!]) backend.dispose(buffer);
});

test("a sum does not write over a term that comes again", () => {
  const three: Op = {
    kind: "elementwise",
    attributes: { fn: "add", scalars: [null, null, null, null] },
  };
  const x = backend.allocate([8], "float32", 1);
  const y = backend.allocate([8], "float32", 10);
  const kernel = backend.bind(three, [slice(8), slice(8), slice(8), slice(8)], [slice(8)], [0, 3]);
  const [sum] = kernel([x, y, y, x]) as readonly Buffer[];
  expect(backend.view(sum!)![3]).toBe(22);
  for (const buffer of new Set([x, y, sum!])) backend.dispose(buffer);
});

test("memory is freed with the last buffer on it", () => {
  const before = backend.memory();
  const x = backend.allocate([6], "int32", 4);
  const y = backend.share(x, [2, 3]);
  backend.dispose(x);
  expect([...backend.view(y)!]).toEqual([4, 4, 4, 4, 4, 4]);
  backend.dispose(y);
  expect(backend.memory()).toEqual(before);
  expect(() => backend.dispose(y)).toThrow("disposed of twice");
});

test("what does not fit is an error with sizes", () => {
  expect(() => backend.allocate([2 ** 30, 3], "float32")).toThrow(
    /\[out-of-memory\] there is no room for 12288\.0 MiB more\./,
  );
});

test("views are fresh after the heap has grown", () => {
  const x = backend.allocate([4], "float32", 7);
  const large = backend.allocate([40 << 20], "float32");
  expect([...backend.view(x)!]).toEqual([7, 7, 7, 7]);
  backend.dispose(large);
  backend.dispose(x);
});

test("what is long begins at a cache line, wherever it is put, and all of it is given back", () => {
  const before = backend.memory();
  const lengths = [1024, 3, 4097, 5, 70_001, 1, 1024, 2, 300_000];
  let heap: number | undefined;
  for (let round = 0; round < 500; round++) {
    const buffers = lengths.map((length, i) => backend.allocate([length], "float32", i));
    for (const [i, buffer] of buffers.entries()) {
      const numbers = backend.view(buffer)!;
      if (numbers.byteLength >= 4096) expect(numbers.byteOffset % 64).toBe(0);
      expect([numbers[0], numbers.at(-1)]).toEqual([i, i]);
    }
    const bytes = backend.view(buffers[0]!)!.buffer.byteLength;
    heap ??= bytes;
    expect(bytes).toBe(heap);
    for (const buffer of buffers) backend.dispose(buffer);
  }
  expect(backend.memory()).toEqual(before);
});
