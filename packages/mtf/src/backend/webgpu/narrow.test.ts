import { describe, expect, test } from "vitest";
import { gpuFor } from "../../../test/support/gpuFor.ts";
import { slice } from "../../../test/support/waves.ts";
import type { Op } from "../../graph/kinds.ts";
import { narrow } from "../../rest/narrow.ts";
import type { Rest } from "../../rest/rest.ts";
import { widen } from "../../rest/widen.ts";
import type { Backend, Slice } from "../backend.ts";

const backend = await gpuFor("what rests narrow");

const noise = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + i * 12.9898 + ((i * i) % 97)));
const shapeOf = ({ box }: Slice) => box.map(({ size }) => size);

const rests: readonly Rest[] = [
  "bfloat16",
  "float16",
  { dtype: "int8", scales: ["v"] },
  { dtype: "int8", scales: ["e"] },
  { dtype: "int8", scales: [] },
];

describe.skipIf(!backend)("on a GPU", () => {
  const gpu = backend as Backend;

  /** What an op gives of a table that rests, and of the numbers that the table then has. */
  async function both(op: Op, rest: Rest, other: readonly [Slice, Int32Array | Float32Array][]) {
    const table = slice({ v: 301, e: 45 });
    const sized = { dims: table.dims, dtype: "float32", rest } as const;
    const numbers = noise(301 * 45, 2);
    const bytes = narrow(numbers, sized)!;
    const wide = new Float32Array(numbers.length);
    widen(bytes, sized, wide);
    const results: Record<string, Slice> = {
      einsum: slice({ b: 12, v: 301 }),
      gather: slice({ b: 12, e: 45 }),
      slice: slice({ v: 20, e: 45 }),
    };
    const result = results[op.kind] ?? table;
    const others = other.map(([of, data]) => gpu.upload(data, shapeOf(of), of.dtype));
    const slices = other.map(([of]) => of);
    const small = gpu.upload(bytes, [bytes.length], "bool");
    const large = gpu.upload(wide, shapeOf(table), "float32");
    const reading = gpu.bindResting!(op, [{ ...table, rest }, ...slices], [result], [])!;
    const plain = gpu.bind(op, [table, ...slices], [result], []);
    const [given] = await reading([small, ...others]);
    const [expected] = await plain([large, ...others]);
    const read = [await gpu.read(given!), await gpu.read(expected!)] as const;
    for (const buffer of [small, large, given!, expected!, ...others]) gpu.dispose(buffer);
    expect(gpu.memory()).toEqual({ buffers: 0, bytes: 0 });
    return read;
  }

  test.each(rests)("kernels widen %j as they read it", async (rest) => {
    const x: [Slice, Float32Array] = [slice({ b: 12, e: 45 }), noise(12 * 45, 1)];
    const ids: [Slice, Int32Array] = [
      slice({ b: 12 }, "int32"),
      Int32Array.from({ length: 12 }, (_, i) => i * 27 - 3),
    ];
    const widening: Op = {
      kind: "elementwise",
      attributes: { fn: "toFloat32", scalars: [null] },
    };
    const cases: [Op, [Slice, Int32Array | Float32Array][]][] = [
      [widening, []],
      [{ kind: "einsum", attributes: {} }, [x]],
      [{ kind: "gather", attributes: { dim: "v" } }, [ids]],
      [{ kind: "slice", attributes: { dim: "v", begin: 100 } }, []],
    ];
    for (const [op, others] of cases) {
      const [given, expected] = await both(op, rest, others);
      expect(given, op.kind).toEqual(expected);
      expect(given.some((number) => number !== 0)).toBe(true);
    }
  });

  test("bytes take no more than they are, and are written over wherever they lie", async () => {
    const bytes = Uint8Array.from({ length: 11 }, (_, i) => i);
    const buffer = gpu.upload(bytes, [11], "bool");
    const of = slice({ n: 11 }, "bool");
    const op: Op = { kind: "elementwise", attributes: { fn: "toFloat32", scalars: [null] } };
    const kernel = gpu.bind(op, [of], [slice({ n: 11 })], []);
    for (const [offset, data] of [
      [8, [80, 90, 100]],
      [4, [40, 50, 60, 70]],
      [3, [31, 41]],
      [0, [9]],
    ] as const) {
      gpu.write(buffer, offset, Uint8Array.from(data));
      bytes.set(data, offset);
      const [wide] = await kernel([buffer]);
      expect(await gpu.read(wide!)).toEqual(Float32Array.from(bytes));
      expect(await gpu.read(buffer)).toEqual(bytes);
      gpu.dispose(wide!);
    }
    expect(gpu.memory()).toEqual({ buffers: 1, bytes: 11 });
    gpu.dispose(buffer);
    expect(gpu.memory()).toEqual({ buffers: 0, bytes: 0 });
  });
});
