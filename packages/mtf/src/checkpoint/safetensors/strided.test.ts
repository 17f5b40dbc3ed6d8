import fc from "fast-check";
import { expect, it } from "vitest";
import { boxesOf, countingSource } from "../../../test/support/boxes.ts";
import type { Box } from "../../program/placement.ts";
import { draws } from "../../testing/draws.ts";
import { bytesInMemory } from "./bytes.ts";
import { rowMajor } from "./loops.ts";
import type { StoredDType } from "./stored.ts";
import { readStrided, type StridedTensor } from "./strided.ts";

const storage = Float32Array.from({ length: 4000 }, (_, i) => i);
const bytes = new Uint8Array(storage.buffer);
const tensorOf = (shape: readonly number[], strides: readonly number[], begin: number) =>
  ({ name: "x", dtype: "F32", shape, strides, offset: begin * 4 }) as const;

/** The same box, element by element. */
function* elements(tensor: Required<StridedTensor>, box: Box, dim = 0, at = 0): Generator<number> {
  if (dim === box.length) {
    yield storage[tensor.offset / 4 + at]!;
    return;
  }
  const { begin, size } = box[dim]!;
  for (let i = begin; i < begin + size; i++) {
    yield* elements(tensor, box, dim + 1, at + i * tensor.strides[dim]!);
  }
}

const views = fc
  .array(fc.record({ size: fc.integer({ min: 0, max: 6 }), stride: fc.nat(70) }), { maxLength: 4 })
  .chain((dims) => {
    const shape = dims.map(({ size }) => size);
    const view = fc.nat(1000).map((begin) =>
      tensorOf(
        shape,
        dims.map((d) => d.stride),
        begin,
      ),
    );
    return fc.tuple(view, boxesOf(shape));
  });

it("any strides, any box: the elements one by one", async () => {
  await fc.assert(
    fc.asyncProperty(views, async ([tensor, box]) => {
      const { source } = countingSource("x", bytes);
      const found = await readStrided(source, tensor, { box });
      expect([...found]).toEqual([...elements(tensor, box)]);
    }),
    { numRuns: draws(1000) },
  );
});

const turned = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 }).chain((stored) => {
  const order = stored.map((_, dim) => dim);
  return fc.shuffledSubarray(order, { minLength: order.length }).chain((dims) => {
    const shape = dims.map((dim) => stored[dim]!);
    const strides = dims.map((dim) => rowMajor(stored)[dim]!);
    return fc.tuple(fc.constant(tensorOf(shape, strides, 7)), boxesOf(shape));
  });
});

it("dense tensors, their dims in any order, with strides and without", async () => {
  const { source } = countingSource("x", bytes);
  await fc.assert(
    fc.asyncProperty(turned, async ([tensor, box]) => {
      expect([...(await readStrided(source, tensor, { box }))]).toEqual([...elements(tensor, box)]);
      const { strides: _, ...rows } = tensor;
      const wanted = elements({ ...tensor, strides: rowMajor(tensor.shape) }, box);
      expect([...(await readStrided(source, rows, { box, as: "float64" }))]).toEqual([...wanted]);
    }),
    { numRuns: draws(1000) },
  );
});

it("large tensors come in pieces, also where columns are rows", async () => {
  const [rows, columns] = [1500, 2000];
  const large = Float32Array.from({ length: rows * columns }, (_, i) => i);
  const counted = countingSource("large", new Uint8Array(large.buffer));
  const row = tensorOf([rows, columns], rowMajor([rows, columns]), 0);
  const same = Buffer.from((await readStrided(counted.source, row)).buffer);
  expect(same.equals(Buffer.from(large.buffer))).toBe(true);
  const turned = tensorOf([columns, rows], [1, columns], 0);
  const values = await readStrided(counted.source, turned);
  const wrong = values.findIndex(
    (value, i) => value !== large[(i % rows) * columns + Math.floor(i / rows)],
  );
  expect(wrong).toBe(-1);
  expect(counted.largest()).toBeLessThanOrEqual(4 << 20);
  expect(counted.read()).toBe(2 * large.byteLength);
});

it("a narrow box of a wide tensor costs what it is large", async () => {
  const [rows, columns] = [100, 10_000];
  const large = new Float32Array(rows * columns);
  const counted = countingSource("wide", new Uint8Array(large.buffer));
  const box = [
    { begin: 0, size: rows },
    { begin: 500, size: 10 },
  ];
  await readStrided(counted.source, tensorOf([rows, columns], [columns, 1], 0), { box });
  expect(counted.read()).toBe(rows * 10 * 4);
});

it.each([
  ["F64", [1, -2.5], "00000000 0000f03f 00000000 000004c0"],
  ["F32", [1, -2.5], "0000803f 000020c0"],
  ["F16", [1, -2.5, 2 ** -24, Infinity], "003c 00c1 0100 007c"],
  ["BF16", [1, -2.5, 2 ** -133, -Infinity], "803f 20c0 0100 80ff"],
  ["I64", [1, -2, 2 ** 40], "0100000000000000 feffffffffffffff 0000000000010000"],
  ["U64", [1, 2 ** 40], "0100000000000000 0000000000010000"],
  ["I32", [1, -2], "01000000 feffffff"],
  ["U32", [1, 2 ** 32 - 2], "01000000 feffffff"],
  ["I16", [1, -2], "0100 feff"],
  ["U16", [1, 65534], "0100 feff"],
  ["I8", [1, -2], "01 fe"],
  ["U8", [1, 254], "01 fe"],
  ["BOOL", [1, 0, 1], "01 00 02"],
] as const)("numbers stored as %s", async (dtype, values, hex) => {
  const data = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const tensor = { ...tensorOf([values.length], [1], 0), dtype: dtype as StoredDType };
  const source = bytesInMemory("x", data);
  expect([...(await readStrided(source, tensor))]).toEqual([...values]);
  expect([...(await readStrided(source, tensor, { as: "float64" }))]).toEqual([...values]);
});

it("types that would lose numbers are refused", async () => {
  const source = bytesInMemory("x", Buffer.from("0000000000010000", "hex"));
  const read = (dtype: StoredDType, as: "int32" | "bool") =>
    readStrided(source, { ...tensorOf([1], [1], 0), dtype }, { as });
  await expect(read("F32", "int32")).rejects.toMatchObject({ code: "dtype-mismatch" });
  await expect(read("I32", "bool")).rejects.toMatchObject({ code: "dtype-mismatch" });
  await expect(read("I64", "int32")).rejects.toThrow(/holds 1099511627776, beyond int32/);
});

it("whole numbers are refused for what is asked for, not for what lies between", async () => {
  const source = bytesInMemory("x", new Uint8Array(BigInt64Array.of(1n, 1n << 40n, 3n).buffer));
  const tensor = { ...tensorOf([2], [2], 0), dtype: "I64" as const };
  expect(await readStrided(source, tensor, { as: "int32" })).toEqual(Int32Array.of(1, 3));
  const middle = readStrided(source, { ...tensor, offset: 8, shape: [1] }, { as: "int32" });
  await expect(middle).rejects.toThrow(/beyond int32/);
});
