import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkCase } from "../../../test/support/checkBackend.ts";
import { slice, waves } from "../../../test/support/waves.ts";
import type { Op } from "../../graph/kinds.ts";
import type { Backend, Slice } from "../backend.ts";
import { openBackend } from "../open.ts";
import { findGpu } from "./gpu.ts";

const why = await openBackend("webgpu").then(
  () => undefined,
  (error: Error) => error.message.split("\n").slice(0, 2).join(" "),
);
if (why !== undefined) {
  console.warn(`WITHOUT A GPU: the tests of the backend 'webgpu' skip. ${why}`);
}

const isInstalled = existsSync(new URL("../../../../../node_modules/webgpu", import.meta.url));

test.skipIf(isInstalled)("where it is not installed, the error says what to install", async () => {
  await expect(openBackend("webgpu")).rejects.toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [backend-unavailable] WebGPU is not installed.
      try  npm install webgpu @tensorflow/tfjs-backend-webgpu]
  `);
});

test.skipIf(!isInstalled || why === undefined)("without a GPU, the error says so", async () => {
  await expect(openBackend("webgpu")).rejects.toThrow("WebGPU finds no GPU on this machine.");
});

test("it gives no bits that every machine gives", async () => {
  const opened = openBackend("webgpu", { threads: 1, alone: true, deterministic: true });
  await expect(opened).rejects.toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [backend-unavailable] GPUs round differently from one to the other: 'webgpu' cannot be deterministic.
      try  the backend 'wasm']
  `);
});

describe.skipIf(why !== undefined)("with a GPU", () => {
  const empty = { buffers: 0, bytes: 0 };
  const open = (): Promise<Backend> => openBackend("webgpu");

  test.each([
    ["tiles whose edges are cut", { m: 70, k: 65 }, { k: 65, n: 67 }, { m: 70, n: 67 }],
    ["tiles of both transposed", { k: 65, m: 70 }, { n: 67, k: 65 }, { n: 67, m: 70 }],
    [
      "small tiles of a batch",
      { b: 3, m: 50, k: 41 },
      { k: 41, b: 3, n: 33 },
      { m: 50, b: 3, n: 33 },
    ],
    [
      "dims of several names",
      { h: 4, m: 20, k: 9, l: 7 },
      { l: 7, n: 40, k: 9 },
      { m: 20, n: 40, h: 4 },
    ],
    ["few rows, columns close by", { m: 3, k: 300 }, { k: 300, n: 170 }, { m: 3, n: 170 }],
    ["few rows, their dim close by", { m: 3, k: 300 }, { n: 170, k: 300 }, { m: 3, n: 170 }],
    ["few columns", { m: 170, k: 300 }, { k: 300, n: 2 }, { m: 170, n: 2 }],
    ["a dim that only one has", { m: 20, k: 90, z: 3 }, { k: 90, n: 120 }, { m: 20, n: 120 }],
  ])("products: %s", async (_, a, b, c) => {
    const op: Op = { kind: "einsum", attributes: {} };
    const operands = [waves(slice(a), 1), waves(slice(b), 2)];
    await checkCase(await open(), { op, operands, results: [slice(c)] });
  });

  test("folds that many threads share", async () => {
    const backend = await open();
    for (const fn of ["sum", "max", "min"] as const) {
      for (const dtype of ["float32", "int32"] as const) {
        const op: Op = { kind: "reduce", attributes: { fn, over: ["b", "d"] } };
        const operands = [waves(slice({ b: 11, c: 3, d: 41 }, dtype), 3, 1000)];
        await checkCase(backend, { op, operands, results: [slice({ c: 3 }, dtype)] });
      }
    }
  });

  test.each(["softmax", "logSoftmax", "logsumexp"] as const)("long rows: %s", async (kind) => {
    const op: Op = { kind, attributes: { over: "v" } };
    const results = [slice(kind === "logsumexp" ? { b: 3 } : { b: 3, v: 1111 })];
    await checkCase(await open(), {
      op,
      operands: [waves(slice({ v: 1111, b: 3 }), 4)],
      results,
    });
  });

  test("cross entropy over a long vocabulary", async () => {
    const op: Op = { kind: "crossEntropy", attributes: { over: "v" } };
    const operands = [waves(slice({ b: 3, v: 1111 }), 5), waves(slice({ b: 3 }, "int32"), 6, 1111)];
    const results = [slice({ b: 3 }), slice({ b: 3 }), slice({ b: 3 })];
    await checkCase(await open(), { op, operands, results });
  });

  test("rows added to a table, several to a place, more columns than threads", async () => {
    const op: Op = { kind: "scatterAdd", attributes: { dim: "v" } };
    const operands = [waves(slice({ n: 150, e: 70 }), 7), waves(slice({ n: 150 }, "int32"), 8, 40)];
    await checkCase(await open(), { op, operands, results: [slice({ v: 33, e: 70 })] });
  });

  test("bools one after the other, the first of them none", async () => {
    const op: Op = { kind: "concat", attributes: { dim: "n" } };
    const none: Slice = {
      dims: [{ name: "n", size: 2 }],
      dtype: "bool",
      box: [{ begin: 2, size: 0 }],
    };
    const operands = [
      { slice: none, data: new Uint8Array(0) },
      { slice: slice({ n: 5 }, "bool"), data: Uint8Array.of(1, 0, 0, 1, 1) },
    ];
    const result: Slice = {
      dims: [{ name: "n", size: 7 }],
      dtype: "bool",
      box: [{ begin: 2, size: 5 }],
    };
    await checkCase(await open(), { op, operands, results: [result] });
  });

  test("a random number is that of its index, beyond what a float can count", async () => {
    const whole = { a: 2 ** 14, b: 2 ** 14 };
    const dims = Object.entries(whole).map(([name, size]) => ({ name, size }));
    const box = [
      { begin: 2 ** 14 - 3, size: 3 },
      { begin: 5, size: 4 },
    ];
    for (const distribution of ["bits", "uniform", "normal", "gumbel"] as const) {
      const op: Op = { kind: "random", attributes: { distribution } };
      const dtype = distribution === "bits" ? ("int32" as const) : ("float32" as const);
      const key = { slice: slice({ key: 2 }, "int32"), data: Int32Array.of(-77, 123456789) };
      await checkCase(await open(), { op, operands: [key], results: [{ dims, box, dtype }] });
    }
  });

  test("Adam writes over what nobody needs any more, and over nothing else", async () => {
    const backend = await open();
    const n = slice({ n: 5 });
    const one = slice({});
    const put = (of: Slice, ...data: number[]) =>
      backend.upload(
        Float32Array.from(data),
        of.dims.map((d) => d.size),
        "float32",
      );
    const operands = () => [
      put(n, 1, 2, 3, 4, 5),
      put(n, 1, -1, 1, -1, 1),
      put(n, 0, 0, 0, 0, 0),
      put(n, 0, 0, 0, 0, 0),
      ...[0.1, 0.1, 0.001, 1].map((x) => put(one, x)),
    ];
    const op: Op = {
      kind: "adam",
      attributes: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 },
    };
    const all = [n, n, n, n, one, one, one, one];
    for (const reuse of [[], [0, 2, 3]]) {
      const given = operands();
      const held = backend.share(given[2]!, [5]);
      const made = await backend.bind(op, all, [n, n, n], reuse)(given);
      const moved = [0.9, 2.1, 2.9, 4.1, 4.9].map(Math.fround);
      (await backend.read(made[0]!)).forEach((x, i) => void expect(x).toBeCloseTo(moved[i]!, 5));
      // The mean of gradients is held under another buffer: it stays.
      expect(await backend.read(held)).toEqual(new Float32Array(5));
      const left = (await backend.read(given[0]!))[0]!;
      expect(left).toBeCloseTo(reuse.length > 0 ? 0.9 : 1, 5);
      for (const buffer of [...given, held, ...made]) backend.dispose(buffer);
      expect(backend.memory()).toEqual(empty);
    }
  });

  test("part of a buffer is written over, in turn with what was asked before", async () => {
    const backend = await open();
    const buffer = backend.upload(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3], "int32");
    backend.write(buffer, 2, Int32Array.of(30, 40));
    const of = slice({ a: 2, b: 3 }, "int32");
    const op: Op = { kind: "elementwise", attributes: { fn: "neg", scalars: [null] } };
    const [negative] = await backend.bind(op, [of], [of], [])([buffer]);
    backend.write(buffer, 0, Int32Array.of(10));
    expect(await backend.read(negative!)).toEqual(Int32Array.of(-1, -2, -30, -40, -5, -6));
    expect(await backend.read(buffer)).toEqual(Int32Array.of(10, 2, 30, 40, 5, 6));
    backend.dispose(negative!);
    backend.dispose(buffer);
    expect(backend.memory()).toEqual(empty);
  });

  test("numbers that were read are the reader's", async () => {
    const backend = await open();
    const buffer = backend.upload(Float32Array.of(1, 2), [2], "float32");
    (await backend.read(buffer)).fill(9);
    expect(await backend.read(buffer)).toEqual(Float32Array.of(1, 2));
    backend.dispose(buffer);
  });

  test("a value beyond the GPU's limits is an error before anything runs", async () => {
    const backend = await open();
    const { limits } = (await (await findGpu()).requestAdapter())!;
    const size = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / 4 + 1;
    const of = slice({ n: size });
    const op: Op = { kind: "fill", attributes: { value: 1 } };
    const run = () => backend.bind(op, [], [of], [])([]);
    expect(run).toThrow("[out-of-memory] one value is larger than this GPU lets a buffer be.");
    expect(backend.memory()).toEqual(empty);
  });

  test("a GPU that is lost is named, and the next backend has another device", async () => {
    const { deviceOfThread } = await import("./device.ts");
    const gpu = await findGpu();
    const backend = await open();
    const buffer = backend.upload(Float32Array.of(1, 2), [2], "float32");
    const of = slice({ n: 2 });
    const op: Op = { kind: "elementwise", attributes: { fn: "neg", scalars: [null] } };
    const kernel = backend.bind(op, [of], [of], []);
    const { device } = await deviceOfThread(gpu);
    device.destroy();
    await device.lost;
    expect(() => kernel([buffer])).toThrow(/\[device-failed\] the GPU '[a-z0-9.-]+' was lost\./);
    const next = await open();
    const other = next.upload(Float32Array.of(1, 2), [2], "float32");
    const [made] = await next.bind(op, [of], [of], [])([other]);
    expect(await next.read(made!)).toEqual(Float32Array.of(-1, -2));
  });
});
