import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { checkCase } from "../../../test/support/checkBackend.ts";
import type { Op } from "../../graph/kinds.ts";
import type { Backend } from "../backend.ts";
import { openBackend } from "../open.ts";
import { wholeSlice } from "../slices/whole.ts";
import { packages } from "./load.ts";

const require = createRequire(import.meta.url);
const installed = packages.filter((name) => {
  try {
    return require.resolve(name) !== "";
  } catch {
    return false;
  }
});

test.skipIf(installed.length > 0)(
  "where it is not installed, the error says what to install",
  async () => {
    await expect(openBackend("tensorflow")).rejects.toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [backend-unavailable] TensorFlow's kernels are not installed.
        looked for  @tensorflow/tfjs-node-gpu, @tensorflow/tfjs-node
        try         npm install @tensorflow/tfjs-node
        try         npm install @tensorflow/tfjs-node-gpu]
    `);
  },
);

describe.skipIf(installed.length === 0)("with TensorFlow's kernels", () => {
  const empty = { buffers: 0, bytes: 0 };
  const open = (): Promise<Backend> => openBackend("tensorflow");

  test("the active backend of TensorFlow.js stays what it was", async () => {
    const tf = await import("@tensorflow/tfjs-core");
    await openBackend("wasm");
    const active = tf.engine().backendName;
    await open();
    expect(tf.engine().backendName).toBe(active);
  });

  test("part of a buffer is written over", async () => {
    const backend = await open();
    const buffer = backend.upload(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3], "int32");
    backend.write(buffer, 2, Int32Array.of(30, 40));
    backend.write(buffer, 0, Int32Array.of(10));
    expect(await backend.read(buffer)).toEqual(Int32Array.of(10, 2, 30, 40, 5, 6));
    backend.dispose(buffer);
    expect(backend.memory()).toEqual(empty);
  });

  test("shared memory counts once, and is freed with its last buffer", async () => {
    const backend = await open();
    const buffer = backend.upload(Float32Array.of(1, 2, 3, 4), [4], "float32");
    const matrix = backend.share(buffer, [2, 2]);
    const same = backend.share(matrix, [2, 2]);
    expect(backend.memory()).toEqual({ buffers: 1, bytes: 16 });
    backend.dispose(buffer);
    backend.dispose(same);
    expect(await backend.read(matrix)).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(backend.memory()).toEqual({ buffers: 1, bytes: 16 });
    backend.dispose(matrix);
    expect(backend.memory()).toEqual(empty);
  });

  test("numbers that were read are the reader's", async () => {
    const backend = await open();
    const buffer = backend.upload(Float32Array.of(1, 2), [2], "float32");
    (await backend.read(buffer)).fill(9);
    expect(await backend.read(buffer)).toEqual(Float32Array.of(1, 2));
    backend.dispose(buffer);
  });

  // Of which TensorFlow's own kernel is only where it takes oneDNN, which is a matter of the processor.
  test.each([
    { strides: [1], dilation: 3 },
    { strides: [1, 1], dilation: 3 },
    { strides: [2], dilation: 1 },
    { strides: [2, 2], dilation: 1 },
    { strides: [2, 1], dilation: 1 },
    { strides: [1, 3], dilation: 2 },
  ])("each channel alone, strides $strides, dilation $dilation", async ({ strides, dilation }) => {
    const size = { image: 9, taps: 2, windows: (stride: number) => Math.ceil(5 / stride) };
    const along = ["s", "r"].slice(0, strides.length);
    const windows = along.map((dim, i) => {
      return { dim, tap: `${dim}tap`, before: 1, wrap: false, stride: strides[i]!, dilation };
    });
    const op: Op = { kind: "convolution", attributes: { windows } };
    const slice = (...dims: (readonly [string, number])[]) =>
      wholeSlice(
        dims.map(([name, size]) => ({ name, size })),
        "float32",
      );
    const rest = [["batch", 3] as const, ["channels", 3] as const];
    const x = slice(...rest, ...along.map((dim) => [dim, size.image] as const));
    const kernel = slice(rest[1]!, ...along.map((dim) => [`${dim}tap`, size.taps] as const));
    const result = slice(
      ...rest,
      ...along.map((dim, i) => [dim, size.windows(strides[i]!)] as const),
    );
    const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
    await checkCase(await open(), {
      op,
      operands: [
        { slice: x, data: numbers(9 * size.image ** along.length) },
        { slice: kernel, data: numbers(3 * size.taps ** along.length) },
      ],
      results: [result],
    });
  });

  test("it gives no bits that every machine gives", async () => {
    await expect(
      openBackend("tensorflow", { threads: 1, alone: true, deterministic: true }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [backend-unavailable] TensorFlow's kernels differ from processor to processor: 'tensorflow' cannot be deterministic.
        try  the backend 'wasm']
    `);
  });
});
