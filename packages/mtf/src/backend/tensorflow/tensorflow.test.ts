import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import type { Backend } from "../backend.ts";
import { openBackend } from "../open.ts";
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

  test("it gives no bits that every machine gives", async () => {
    await expect(
      openBackend("tensorflow", { threads: 1, alone: true, deterministic: true }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [backend-unavailable] TensorFlow's kernels differ from processor to processor: 'tensorflow' cannot be deterministic.
        try  the backend 'wasm']
    `);
  });
});
