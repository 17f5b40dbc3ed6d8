import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { checkCase } from "../../../test/support/checkBackend.ts";
import { gpuFor } from "../../../test/support/gpuFor.ts";
import { type Sizes, slice, waves } from "../../../test/support/waves.ts";
import type { Op } from "../../graph/kinds.ts";
import { findAdapter, type Opened, openDevice } from "./device.ts";
import { findGpu } from "./gpu.ts";
import { backendOn } from "./index.ts";

const gpu = await gpuFor("what subgroups and shared memory add up");
const adapter = gpu && (await findAdapter(await findGpu()));
const kinds = [false, ...(adapter?.features.has("subgroups") ? [true] : [])];
if (adapter && kinds.length === 1) {
  console.warn("WITHOUT SUBGROUPS: this GPU has none, and what they add up is not tested.");
}

const operand = (sizes: Sizes, seed: number) => waves(slice(sizes), seed);

const over = (dim: string, fn: "sum" | "max" | "min"): Op => ({
  kind: "reduce",
  attributes: { fn, over: [dim] },
});

// Rows that a few threads share, a subgroup, and many of them; and rows that end in between.
const widths = [9, 65, 130, 1024, 1500];

describe.skipIf(!gpu).each(kinds)("threads of a GPU add up, by subgroups: %s", (subgroups) => {
  let opened: Opened | undefined;
  const open = async () => {
    // An adapter makes one device.
    opened ??= await openDevice(await findAdapter(await findGpu()), subgroups);
    return backendOn(await findGpu(), opened);
  };
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => opened?.device.destroy());

  test("its variant says so, since the order of sums is another", async () => {
    const { variant } = await open();
    expect(variant.endsWith("+subgroups")).toBe(subgroups);
  });

  test.each(widths)("rows of %d", async (n) => {
    const backend = await open();
    const compiled = vi.spyOn(opened!.device, "createShaderModule");
    const x = operand({ m: 3, n }, 1);
    const cases: readonly [Op, ...ReturnType<typeof slice>[]][] = [
      [over("n", "sum"), slice({ m: 3 })],
      [over("n", "max"), slice({ m: 3 })],
      [{ kind: "softmax", attributes: { over: "n" } }, slice({ m: 3, n })],
      [{ kind: "logsumexp", attributes: { over: "n" } }, slice({ m: 3 })],
    ];
    for (const [op, ...results] of cases) await checkCase(backend, { op, operands: [x], results });
    const norm: Op = { kind: "layerNorm", attributes: { over: "n", epsilon: 1e-5 } };
    const operands = [x, operand({ n }, 2), operand({ n }, 3)];
    const results = [slice({ m: 3, n }), slice({ m: 3 }), slice({ m: 3 })];
    await checkCase(backend, { op: norm, operands, results });
    const codes = compiled.mock.calls.map(([{ code }]) => code);
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.some((code) => code.includes("subgroupAdd("))).toBe(subgroups);
    expect(codes.some((code) => code.includes("subgroupMax("))).toBe(subgroups);
  });

  test("whole numbers, to the last bit", async () => {
    const backend = await open();
    const x = waves(slice({ m: 3, n: 700 }, "int32"), 1, 1000);
    for (const fn of ["sum", "max", "min"] as const) {
      const results = [slice({ m: 3 }, "int32")];
      await checkCase(backend, { op: over("n", fn), operands: [x], results });
    }
  });

  // A number of columns that workgroups do not divide, and a dim that threads do not.
  test.each([1, 5, 8])("products of %d rows", async (m) => {
    const backend = await open();
    const compiled = vi.spyOn(opened!.device, "createShaderModule");
    const op: Op = { kind: "einsum", attributes: {} };
    const rows = operand({ b: 2, m, k: 301 }, 1);
    const [columns, results] = [operand({ b: 2, n: 441, k: 301 }, 2), [slice({ b: 2, m, n: 441 })]];
    await checkCase(backend, { op, operands: [rows, columns], results });
    await checkCase(backend, {
      op,
      operands: [columns, rows],
      results: [slice({ b: 2, n: 441, m })],
    });
    const codes = compiled.mock.calls.map(([{ code }]) => code);
    expect(codes.length).toBeGreaterThan(0);
    for (const code of codes) expect(code.includes("subgroupAdd(")).toBe(subgroups);
  });
});
