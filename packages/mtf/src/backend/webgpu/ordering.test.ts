import { afterEach, describe, expect, test, vi } from "vitest";
import { checkCase } from "../../../test/support/checkBackend.ts";
import { gpuFor } from "../../../test/support/gpuFor.ts";
import { slice } from "../../../test/support/waves.ts";
import type { Op } from "../../graph/kinds.ts";
import type { Backend } from "../backend.ts";
import { deviceOfThread } from "./device.ts";
import { findGpu } from "./gpu.ts";

const gpu = await gpuFor("order");

/** Numbers of which many are equal, of both signs and both zeros, and some are no numbers. */
function numbers(size: number): Float32Array {
  const some = [Number.NaN, Infinity, -Infinity, -0, 0, 1e-30, -1e-30, 3.4e38];
  return Float32Array.from({ length: size }, (_, i) =>
    i % 97 < some.length ? some[i % 97]! : Math.round(9 * Math.sin(12.9898 * (i + 1))) / 3,
  );
}

describe.skipIf(!gpu)("order on a GPU", () => {
  const backend = gpu as Backend;
  afterEach(() => void vi.restoreAllMocks());

  test.each([1, 60, 700])("the %i largest of long rows, the first of equals first", async (k) => {
    const op: Op = { kind: "topK", attributes: { over: "v", k: "k" } };
    const results = [slice({ k, b: 2 }), slice({ b: 2, k }, "int32")];
    const floats = { slice: slice({ v: 1111, b: 2 }), data: numbers(2222) };
    await checkCase(backend, { op, operands: [floats], results });
    const whole = Int32Array.from({ length: 2222 }, (_, i) => ((i * 7919) % 500) - 250);
    const integers = { slice: slice({ b: 2, v: 1111 }, "int32"), data: whole };
    const ofIntegers = [slice({ k, b: 2 }, "int32"), slice({ b: 2, k }, "int32")];
    await checkCase(backend, { op, operands: [integers], results: ofIntegers });
  });

  test.each([1, 5, 300])(
    "of rows of %i the largest, a NaN before all, the first of equals",
    async (v) => {
      const op: Op = { kind: "argmax", attributes: { over: "v" } };
      const results = [slice({ b: 40 }, "int32")];
      // Rows begin at ever other of the numbers: where the NaN is differs, and some have none.
      const floats = { slice: slice({ b: 40, v }), data: numbers(40 * v) };
      await checkCase(backend, { op, operands: [floats], results });
      const least = Float32Array.from({ length: 40 * v }, (_, i) =>
        i % 3 === 2 ? Number.NaN : -Infinity,
      );
      await checkCase(backend, {
        op,
        operands: [{ slice: slice({ v, b: 40 }), data: least }],
        results,
      });
      const whole = Int32Array.from({ length: 40 * v }, (_, i) => ((i * 7919) % 500) - 2 ** 31);
      const integers = { slice: slice({ v, b: 40 }, "int32"), data: whole };
      await checkCase(backend, { op, operands: [integers], results });
    },
  );

  test.each([false, true])("long rows in order, descending: %s", async (descending) => {
    const op: Op = { kind: "sort", attributes: { over: "v", descending } };
    const results = [slice({ b: 2, v: 300 }), slice({ v: 300, b: 2 }, "int32")];
    const operands = [{ slice: slice({ v: 300, b: 2 }), data: numbers(600) }];
    await checkCase(backend, { op, operands, results });
  });

  test("of logits, the ids alone leave the GPU", async () => {
    const { device } = await deviceOfThread(await findGpu());
    const made = vi.spyOn(device, "createBuffer");
    const [logits, values, ids] = [
      slice({ b: 2, v: 5000 }),
      slice({ b: 2, k: 8 }),
      slice({ b: 2, k: 8 }, "int32"),
    ];
    const op: Op = { kind: "topK", attributes: { over: "v", k: "k" } };
    const given = backend.upload(numbers(10_000), [2, 5000], "float32");
    const largest = await backend.bind(op, [logits], [values, ids], [])([given]);
    expect(await backend.read(largest[1]!)).toHaveLength(16);
    const read = made.mock.calls.filter(([{ usage }]) => (usage & GPUBufferUsage.MAP_READ) !== 0);
    expect(read.map(([{ size }]) => size)).toEqual([64]);
    for (const buffer of [given, ...largest]) backend.dispose(buffer);
  });
});
