import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { expect, test } from "vitest";
import { checkBackend } from "../../../test/support/checkBackend.ts";
import { draws } from "../../testing/draws.ts";
import { cpuBackend, cpuTarget } from "../cpu.ts";
import { tfjsBackend } from "./index.ts";

test("every kind agrees with the reference and leaks nothing", async () => {
  await checkBackend(await cpuBackend(), { runs: draws(1500) });
});

test("every kind takes any number of dims", async () => {
  await checkBackend(await cpuBackend(), { runs: draws(500), crowd: 5 });
});

test("every elementwise function agrees with the reference", async () => {
  await checkBackend(await cpuBackend(), { runs: draws(3000), kinds: ["elementwise"] });
});

test("every kind agrees where numbers can only be read asynchronously", async () => {
  const instance = Object.assign(new MathBackendCPU(), { firstUse: false });
  await checkBackend(tfjsBackend(cpuTarget(instance)), { runs: draws(1000) });
});

test("a failed allocation is an error", async () => {
  const backend = await cpuBackend();
  expect(() => backend.allocate([2 ** 40], "float32")).toThrow("[out-of-memory]");
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 });
});

test("shared memory is freed with its last buffer", async () => {
  const backend = await cpuBackend();
  const buffer = backend.upload(Float32Array.of(1, 2, 3, 4), [4], "float32");
  const matrix = backend.share(buffer, [2, 2]);
  expect(backend.memory()).toEqual({ buffers: 1, bytes: 16 });
  backend.dispose(buffer);
  expect(backend.view(matrix)).toEqual(Float32Array.of(1, 2, 3, 4));
  backend.dispose(matrix);
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 });
});

test("part of a buffer is written over, also where the host cannot reach it", async () => {
  const instance = Object.assign(new MathBackendCPU(), { firstUse: false });
  for (const backend of [await cpuBackend(), tfjsBackend(cpuTarget(instance))]) {
    const buffer = backend.upload(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3], "int32");
    backend.write(buffer, 2, Int32Array.of(30, 40));
    backend.write(buffer, 0, Int32Array.of(10));
    expect(await backend.read(buffer)).toEqual(Int32Array.of(10, 2, 30, 40, 5, 6));
    backend.dispose(buffer);
    expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 });
  }
});

test("a result never shares memory with an operand unseen", async () => {
  const backend = await cpuBackend();
  const slice = (size: number, dtype: "float32" | "int32" = "float32") => ({
    dims: [{ name: "a", size }],
    dtype,
    box: [{ begin: 0, size }],
  });
  // Slice gives out a window of its operand, Cast an operand under another dtype.
  const x = backend.upload(Int32Array.of(1, 2, 3), [3], "int32");
  const cut = backend.bind(
    { kind: "slice", attributes: { dim: "a", begin: 1 } },
    [slice(3, "int32")],
    [slice(2, "int32")],
    [],
  );
  const cast = backend.bind(
    { kind: "elementwise", attributes: { fn: "toFloat32", scalars: [null] } },
    [slice(3, "int32")],
    [slice(3)],
    [],
  );
  const [part] = await cut([x]);
  const [float] = await cast([x]);
  backend.write(x, 0, Int32Array.of(9, 9, 9));
  expect(await backend.read(part!)).toEqual(Int32Array.of(2, 3));
  expect(await backend.read(float!)).toEqual(Float32Array.of(1, 2, 3));
});
