import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boxesOf, cutBox } from "../../../test/support/boxes.ts";
import { MtfError } from "../../errors.ts";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../../half.ts";
import type { Box } from "../../program/placement.ts";
import { draws } from "../../testing/draws.ts";
import { rowBlocks, wholeBox } from "./boxes.ts";
import { bytesInMemory } from "./bytes.ts";
import { openModel, writeModel } from "./model.ts";
import { openSafetensors } from "./open.ts";
import { type TensorToWrite, writeSafetensors } from "./write.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const count = (shape: readonly number[]) => shape.reduce((n, size) => n * size, 1);
const iota = (shape: readonly number[]) => Float32Array.from({ length: count(shape) }, (_, i) => i);

const boxed = shapes.chain((shape) => fc.tuple(fc.constant(shape), boxesOf(shape)));

/** A box of a tensor, element by element. */
const elementsOf = (shape: readonly number[], box: Box) => cutBox(iota(shape), shape, box);

const tensorArbitrary = fc
  .record({
    dtype: fc.constantFrom("F64", "F32", "F16", "BF16", "I64", "I32", "U8", "BOOL", "I16"),
    shape: shapes,
  })
  .map(({ dtype, shape }) => {
    const values = Array.from({ length: count(shape) }, (_, i) => (i * 7) % 64);
    const data = {
      F64: () => Float64Array.from(values),
      F32: () => Float32Array.from(values),
      F16: () => Float32Array.from(values),
      BF16: () => Float64Array.from(values),
      I64: () => Int32Array.from(values),
      I32: () => Int32Array.from(values),
      I16: () => Int16Array.from(values),
      U8: () => Uint8Array.from(values),
      BOOL: () => Uint8Array.from(values, (v) => v % 2),
    }[dtype]!();
    return { dtype, shape, data } as unknown as TensorToWrite;
  });

const models = fc
  .dictionary(fc.string({ unit: "grapheme", maxLength: 8 }), tensorArbitrary, { maxKeys: 6 })
  .map((model) =>
    Object.entries(model)
      .filter(([name]) => name !== "__metadata__")
      .map(([name, tensor]) => ({ ...tensor, name })),
  );
const metadataArbitrary = fc.dictionary(fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }));

describe("safetensors", () => {
  it("reads what it wrote: names, shapes, numbers, metadata", async () => {
    const path = join(folder, "round.safetensors");
    await fc.assert(
      fc.asyncProperty(models, metadataArbitrary, async (model, metadata) => {
        await writeSafetensors(path, model, { metadata });
        const file = await openSafetensors(path);
        expect({ ...file.metadata }).toEqual({ ...metadata });
        expect([...file.tensors.keys()].sort()).toEqual(model.map((t) => t.name).sort());
        for (const tensor of model) {
          expect(file.tensors.get(tensor.name)!.shape).toEqual(tensor.shape);
          const values = [...(tensor.data as Float32Array)];
          expect([...(await file.read(tensor.name))]).toEqual(values);
          if (tensor.dtype !== "BOOL") {
            expect([...(await file.read(tensor.name, { as: "float32" }))]).toEqual(values);
          }
        }
        await file.close();
      }),
      { numRuns: draws(60) },
    );
  });

  it("reads any box, as the same elements of the whole", async () => {
    const path = join(folder, "box.safetensors");
    await fc.assert(
      fc.asyncProperty(boxed, fc.constantFrom("F32", "F16"), async ([shape, box], dtype) => {
        const data = iota(shape);
        await writeSafetensors(path, [{ name: "x", dtype: dtype as "F32", shape, data }]);
        const file = await openSafetensors(path);
        const found = await file.read("x", { box, as: "float32" });
        expect([...found]).toEqual(elementsOf(shape, box));
        await file.close();
      }),
      { numRuns: draws(150) },
    );
  });

  it("cuts tensors into blocks that lose nothing", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 30 }), (shape, most) => {
        const blocks = [...rowBlocks(shape, most)].map((box) => elementsOf(shape, box));
        expect(blocks.flat()).toEqual(elementsOf(shape, wholeBox(shape)));
        for (const block of blocks) expect(block.length).toBeLessThanOrEqual(most);
      }),
      { numRuns: draws(500) },
    );
  });

  it("reads little more of a file than the box asked for", async () => {
    const [rows, columns] = [64, 65536];
    const shape = [rows, columns];
    const path = join(folder, "wide.safetensors");
    const data = iota(shape);
    await writeSafetensors(path, [{ name: "x", dtype: "F32", shape, data }]);
    const bytes = await readFile(path);
    let read = 0;
    const source = bytesInMemory("wide", bytes);
    const file = await openSafetensors({
      ...source,
      read: (offset, into) => {
        read += into.byteLength;
        return source.read(offset, into);
      },
    });
    const opened = read;
    expect(opened).toBeLessThan(1000);
    const box = [
      { begin: 0, size: rows },
      { begin: 8192, size: 8192 },
    ];
    await file.read("x", { box });
    expect(read - opened).toBe(rows * 8192 * 4);
  });

  it("refuses or reads mutated files, and never fails otherwise", async () => {
    const path = join(folder, "mutated.safetensors");
    const data = iota([4, 5]);
    await writeSafetensors(
      path,
      [
        { name: "a", dtype: "F32", shape: [4, 5], data },
        { name: "b", dtype: "I64", shape: [3], data: new Int32Array([1, 2, 3]) },
      ],
      { metadata: { format: "pt" } },
    );
    const good = await readFile(path);
    const mutation = fc.record({
      at: fc.nat(good.length),
      cut: fc.integer({ min: 0, max: 12 }),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        fc
          .constantFrom("[", "{", "99999999999", "-", '"', "null", "1e9", "\\u0000")
          .map((s) => Uint8Array.from(Buffer.from(s))),
      ),
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        let bytes: Uint8Array = good;
        for (const { at, cut, insert } of mutations) {
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + cut)]);
        }
        try {
          const file = await openSafetensors(bytesInMemory("mutated", bytes));
          for (const name of file.tensors.keys()) {
            for await (const piece of file.bytes(name)) expect(piece.length).toBeLessThan(1000);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(MtfError);
          expect((error as MtfError).code).toBe("bad-file");
          refused++;
        }
      }),
      { numRuns: draws(2000) },
    );
    expect(refused).toBeGreaterThan(draws(1000));
  });

  it("rounds to half precision as the formats demand", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (bits) => {
        const half = fromFloat16(bits);
        if (Number.isNaN(half)) expect(fromFloat16(toFloat16(half))).toBeNaN();
        else expect(toFloat16(half)).toBe(bits);
        const brain = fromBfloat16(bits);
        if (Number.isNaN(brain)) expect(fromBfloat16(toBfloat16(brain))).toBeNaN();
        else expect(toBfloat16(brain)).toBe(bits);
      }),
      { numRuns: draws(5000) },
    );
    // The nearest of all values, ties to the even one.
    const finite = Array.from({ length: 0x7c00 }, (_, bits) => bits);
    for (const bits of finite.slice(0, -1)) {
      const [low, high] = [fromFloat16(bits), fromFloat16(bits + 1)];
      const middle = (low + high) / 2;
      expect(toFloat16(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
      expect(toFloat16(Math.fround(middle * (1 + 2 ** -20)))).toBe(bits + 1);
    }
    expect(toFloat16(65519.99)).toBe(0x7bff);
    expect(toFloat16(65520)).toBe(0x7c00);
  });

  it("says what is wrong with a request", async () => {
    const path = join(folder, "wrong.safetensors");
    const tensor = { name: "w", dtype: "F32", shape: [2, 2], data: iota([2, 2]) } as const;
    await writeSafetensors(path, [
      tensor,
      { name: "big", dtype: "I64", shape: [1], data: new BigInt64Array([1n << 40n]) },
    ]);
    const file = await openSafetensors(path);
    await expect(file.read("ww")).rejects.toMatchObject({ code: "bad-argument" });
    await expect(file.read("w", { as: "int32" })).rejects.toMatchObject({ code: "dtype-mismatch" });
    await expect(file.read("big", { as: "int32" })).rejects.toMatchObject({
      code: "dtype-mismatch",
    });
    await expect(file.read("w", { box: wholeBox([2, 3]) })).rejects.toMatchObject({
      code: "bad-argument",
    });
    const asked = (options: object) => file.read("w", options);
    await expect(asked({ as: "f32" })).rejects.toMatchObject({ code: "bad-argument" });
    await expect(asked({ boxes: [] })).rejects.toMatchObject({ code: "unknown-option" });
    await expect(openModel(path, { mayLacks: () => true } as object)).rejects.toMatchObject({
      code: "unknown-option",
    });
    await file.close();
    await expect(file.read("w")).rejects.toMatchObject({
      code: "closed",
      message: expect.stringMatching(/was closed/),
    });
    await expect(file.bytes("w").next()).rejects.toMatchObject({ code: "closed" });
    await expect(writeSafetensors(path, [tensor], { metdata: {} } as object)).rejects.toMatchObject(
      {
        code: "unknown-option",
      },
    );
    await expect(writeModel(folder, [tensor], { maxShard: 1 } as object)).rejects.toMatchObject({
      code: "unknown-option",
    });
    const write = (t: object) => writeSafetensors(path, [{ ...tensor, ...t } as TensorToWrite]);
    await expect(write({ shape: [3] })).rejects.toMatchObject({ code: "bad-size" });
    await expect(write({ shape: [9] })).rejects.toMatchObject({ code: "bad-size" });
    await expect(write({ dtype: "f32" })).rejects.toMatchObject({
      code: "bad-argument",
      details: { try: ['"F32"'] },
    });
    await expect(write({ dtype: "I32" })).rejects.toMatchObject({ code: "dtype-mismatch" });
    await expect(writeSafetensors(path, [tensor, tensor])).rejects.toMatchObject({
      code: "bad-argument",
    });
    const left = await openSafetensors(path);
    expect(left.tensors.size).toBe(2);
    await left.close();
    await expect(openSafetensors(join(folder, "none"))).rejects.toMatchObject({ code: "bad-file" });
  });
});

describe("models", () => {
  it("are split by size, indexed, and leave nothing of an earlier model", async () => {
    const tensors: TensorToWrite[] = ["a", "b", "c"].map((name) => ({
      name,
      dtype: "F32",
      shape: [10],
      data: () => [iota([4]), iota([6])],
    }));
    await writeModel(folder, tensors, { maxShardSize: 80, metadata: { format: "pt" } });
    const files = async () => (await readdir(folder)).filter((name) => name.startsWith("model"));
    expect((await files()).sort()).toEqual([
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
      "model.safetensors.index.json",
    ]);
    const model = await openModel(folder);
    expect([...model.tensors.keys()]).toEqual(["a", "b", "c"]);
    expect(model.metadata).toEqual({ format: "pt" });
    expect([...(await model.read("c"))]).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 4, 5]);
    await model.close();

    await writeModel(folder, tensors);
    expect(await files()).toEqual(["model.safetensors"]);
    await (await openModel(folder)).close();
  });

  it.each([
    ["no JSON", "{", /not JSON/],
    ["no map", "{}", /weight_map/],
    ["a path", '{"weight_map": {"a": "../a.safetensors"}}', /no file beside it/],
    ["a missing file", '{"weight_map": {"a": "none.safetensors"}}', /no such file/],
  ])("an index with %s is refused", async (_, text, reason) => {
    const path = join(folder, "bad.json");
    await writeFile(path, text);
    await expect(openModel(path)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(reason),
    });
  });
});
