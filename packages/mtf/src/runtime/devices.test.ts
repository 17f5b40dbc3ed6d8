import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, expectTypeOf, test } from "vitest";
import { referenceBackend } from "../backend/reference/index.ts";
import type { Dimension } from "../dimension.ts";
import type { DType } from "../dtype.ts";
import { MtfError } from "../errors.ts";
import { defineMesh } from "../mesh.ts";
import { type Placement, replicated } from "../program/placement.ts";
import { simulator } from "../simulator.ts";
import type { Devices, FileSource, Sharded, Source } from "./devices.ts";
import { readFloat64 } from "./sharded.ts";
import { errorOf } from "./testing/errorOf.ts";
import { dimsOfAnySize, meshes, splitsOf } from "./testing/meshes.ts";
import { aValue, counting, elementwise, loweredOf, programOf } from "./testing/programs.ts";
import { withoutLines } from "./testing/withoutLines.ts";

withoutLines();

const folder = mkdtempSync(join(tmpdir(), "mtf-"));
afterAll(() => rmSync(folder, { recursive: true }));

const a = { name: "a", size: 5 };
const b = { name: "b", size: 3 };
const split = { split: { a: ["x"] }, partial: [] };
const mesh = defineMesh({ x: 2 });

function tensorOf(dims: readonly Dimension[], dtype: DType = "float32") {
  return loweredOf(programOf(mesh, [aValue(dims, replicated, dtype)], [0], [0], [])).arguments[0]!;
}

test("what is put is read, whole and in boxes, under every placement", async () => {
  const cases = fc.tuple(meshes, dimsOfAnySize).chain(([mesh, dims]) =>
    fc.record({
      mesh: fc.constant(mesh),
      dims: fc.constant(dims),
      split: splitsOf(dims, mesh.names),
      corners: fc.tuple(...dims.map((d) => fc.tuple(fc.nat(d.size), fc.nat(d.size)))),
    }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ mesh, dims, split, corners }) => {
      const devices = await simulator(mesh);
      const numbers = counting(dims);
      const held = await devices.put(tensorOf(dims), { split, partial: [] }, numbers);
      expect([...(await held.read())]).toEqual([...numbers]);
      const box = corners.map(([i, j]) => ({ begin: Math.min(i, j), size: Math.abs(i - j) }));
      const expected: number[] = [];
      numbers.forEach((number, i) => {
        let rest = i;
        const inside = [...dims.keys()].reverse().every((d) => {
          const at = rest % dims[d]!.size;
          rest = Math.floor(rest / dims[d]!.size);
          return at >= box[d]!.begin && at < box[d]!.begin + box[d]!.size;
        });
        if (inside) expected.push(number);
      });
      expect([...(await held.readBox(box))]).toEqual(expected);
      await devices.close();
    }),
  );
});

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

test.each(["reference", "cpu", "wasm"] as const)(
  "what is read on %s is the array of its dtype, whatever the backend holds",
  async (backend) => {
    const devices = await simulator(mesh, { backend });
    for (const dtype of ["float32", "int32", "bool"] as const) {
      for (const placement of [split, replicated]) {
        const numbers = new arrays[dtype](Array.from({ length: 15 }, (_, i) => (i * 7) % 2));
        const held = await devices.put(tensorOf([a, b], dtype), placement, numbers);
        expect(await held.read()).toEqual(numbers);
        const all = { begin: 0, size: 3 };
        for (const size of [0, 1, 4]) {
          const rows = await held.readBox([{ begin: 1, size }, all]);
          expect(rows).toEqual(numbers.slice(3, 3 + 3 * size));
        }
      }
    }
    await devices.close();
  },
);

test("what is read is typed by the dtype, and a number by having no dims", () => {
  expectTypeOf<Sharded<"a">["read"]>().returns.resolves.toEqualTypeOf<
    Float32Array | Int32Array | Uint8Array
  >();
  expectTypeOf<Sharded<"a", "float32">["read"]>().returns.resolves.toEqualTypeOf<Float32Array>();
  expectTypeOf<Sharded<"a", "int32">["readBox"]>().returns.resolves.toEqualTypeOf<Int32Array>();
  expectTypeOf<Sharded<never, "bool">["read"]>().returns.resolves.toEqualTypeOf<Uint8Array>();
  const typed = (scalar: Sharded<never, "float32">, row: Sharded<"a", "float32">) => {
    expectTypeOf(scalar.number()).resolves.toEqualTypeOf<number>();
    // @ts-expect-error a row is not one number
    return row.number();
  };
  expect(typed).toBeTypeOf("function");
});

test("the reference backend's numbers are rounded when they are read, and exact when that is asked", async () => {
  const devices = await simulator(mesh);
  const held = await devices.put(tensorOf([a]), split, Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5));
  expect(await held.read()).toEqual(Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5));
  expect(await readFloat64(held)).toEqual(Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5));
  await devices.close();
});

test("a scalar's number is read and freed; what has dims is not one number", async () => {
  const devices = await simulator(mesh);
  for (const [dtype, number] of [
    ["float32", 0.5],
    ["int32", -3],
    ["bool", 1],
  ] as const) {
    const held = await devices.put(tensorOf([], dtype), replicated, number);
    const scalar = held as unknown as Sharded<never>;
    expect(await scalar.number()).toBe(number);
    expect((await errorOf(scalar.number())).message).toMatch(/number\(\) freed it/);
  }
  expect((await devices.usage()).map(({ buffers }) => buffers)).toEqual([0, 0]);
  const row = await devices.put(tensorOf([{ name: "b", size: 1 }]), replicated, [1]);
  const asked = (row as unknown as Sharded<never>).number();
  expect((await errorOf(asked)).message).toMatchInlineSnapshot(`
    "[not-a-scalar] an array of b=1 is not one number.
      at   devices.test.ts:0
      try  await array.read()"
  `);
  expect(await row.read()).toEqual(Float32Array.of(1));
  await devices.close();
});

async function putAndRead(
  source: Source,
  dtype: DType = "float32",
  placement: Placement = split,
): Promise<number[]> {
  const backend = referenceBackend();
  const devices = await simulator(mesh, { backend });
  try {
    const held = await devices.put(tensorOf([a, b], dtype), placement, source);
    return [...(await held.read())];
  } finally {
    await devices.close();
    expect(backend.memory().buffers).toBe(0);
  }
}

test("files are read by byte ranges, in every encoding", async () => {
  const values = Array.from({ length: 15 }, (_, i) => i - 7);
  const encodings: [FileSource["stored"], DType, ArrayBufferView][] = [
    [undefined, "float32", Float32Array.from(values)],
    ["float64", "float32", Float64Array.from(values)],
    ["float16", "float32", Uint16Array.from(values, half)],
    ["bfloat16", "float32", Uint16Array.from(values, bfloat)],
    ["int32", "float32", Int32Array.from(values)],
    [undefined, "int32", Int32Array.from(values)],
    ["int64", "int32", BigInt64Array.from(values, BigInt)],
    [undefined, "bool", Uint8Array.from(values, Number)],
  ];
  for (const [stored, dtype, data] of encodings) {
    const file = join(folder, `${stored}-${dtype}`);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    writeFileSync(file, Uint8Array.of(0, 0, 0, 0, 0, 0, ...bytes));
    const source = stored ? { file, offset: 6, stored } : { file, offset: 6 };
    const expected = dtype === "bool" ? values.map((v) => (v ? 1 : 0)) : values;
    expect(await putAndRead(source, dtype)).toEqual(expected);
    const columns = { split: { b: ["x"] }, partial: [] };
    expect(await putAndRead(source, dtype, columns)).toEqual(expected);
  }
});

function half(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.abs(value) / 2 ** exponent - 1;
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | (fraction * 1024);
}

function bfloat(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16;
}

test("a function is asked for every distinct box, once", async () => {
  const asked: string[] = [];
  const source: Source = {
    box: async ([rows, columns]) => {
      asked.push(`${rows!.begin}+${rows!.size} ${columns!.begin}+${columns!.size}`);
      return new Float32Array(rows!.size * columns!.size).fill(rows!.begin);
    },
  };
  const read = await putAndRead(source);
  expect(asked).toEqual(["0+3 0+3", "3+2 0+3"]);
  expect(read).toEqual([...new Array(9).fill(0), ...new Array(6).fill(3)]);
  await putAndRead(source, "float32", replicated);
  expect(asked.slice(2)).toEqual(["0+5 0+3"]);
});

test("wrong inputs are refused, and say what is right", async () => {
  const file = join(folder, "short");
  writeFileSync(file, new Uint8Array(40));
  const messages: string[] = [];
  for (const [source, dtype] of [
    [[1, 2, 3], "float32"],
    [7, "float32"],
    [new Int32Array(15), "float32"],
    [new Array(15).fill(0.5), "int32"],
    [new Array(15).fill(2), "bool"],
    [{ box: () => new Float32Array(1) }, "float32"],
    [{ file, offset: 0 }, "float32"],
    [{ nothing: 1 } as unknown as Source, "float32"],
  ] as [Source, DType][]) {
    const error = await errorOf(putAndRead(source, dtype));
    expect(error.code).toBe("wrong-input");
    messages.push(error.message.replaceAll(folder, "FOLDER"));
  }
  expect(messages.join("\n")).toMatchInlineSnapshot(`
    "[wrong-input] 'source' was given 3 numbers and takes 15.
      takes  f32[a=5, b=3]
      at     devices.test.ts:0
    [wrong-input] 'source' was given one number, 7, and takes 15.
      takes  f32[a=5, b=3]
      at     devices.test.ts:0
      try    new Float32Array(15).fill(7)
    [wrong-input] 'source' takes float32 and was given numbers as Int32Array.
      takes  f32[a=5, b=3]
      at     devices.test.ts:0
      try    Float32Array.from(…)
    [wrong-input] 'source' takes int32 and was given 0.5.
      takes  i32[a=5, b=3]
      at     devices.test.ts:0
    [wrong-input] 'source' takes bool and was given 2.
      takes  bool[a=5, b=3]
      at     devices.test.ts:0
    [wrong-input] 'source' was given 1 number and takes 9.
      takes  f32[a=3, b=3]
      at     devices.test.ts:0
    [wrong-input] FOLDER/short cannot be read as an input.
      cause  it has 40 bytes, and bytes 36 to 60 are wanted
      input  'source'
      at     devices.test.ts:0
    [wrong-input] 'source' was given an object with nothing, which holds no numbers.
      takes  f32[a=5, b=3]
      at     devices.test.ts:0
      try    an array, a number, { file, offset } or { box: (box) => array }"
  `);
});

/** (state donated, data) -> (state + data, data) */
async function adder(devices: Devices) {
  const values = [0, 1, 2].map(() => aValue([a], split));
  const program = programOf(
    mesh,
    values,
    [{ donated: 0 }, 1],
    [2, 1],
    [elementwise("add", [0, 1], 2)],
  );
  return { run: await devices.load(loweredOf(program)), tensor: loweredOf(program).arguments[0]! };
}

test("a handle that was given up is gone, others stay", async () => {
  const devices = await simulator(mesh);
  const { run, tensor } = await adder(devices);
  const [state, data] = [
    await devices.put(tensor, split, [1, 2, 3, 4, 5]),
    await devices.put(tensor, split, [1, 1, 1, 1, 1]),
  ];
  const [next, same] = (await run(state, data)) as [Sharded, Sharded];
  expect([...(await next.read())]).toEqual([2, 3, 4, 5, 6]);
  expect([...(await same.read())]).toEqual([1, 1, 1, 1, 1]);
  expect((await errorOf(state.read())).message).toMatch(/given up to a run/);
  expect((await errorOf(run(state, data))).code).toBe("bad-argument");
  expect((await errorOf(run(data, data))).message).toMatch(/given up to the run and given/);
  data.dispose();
  expect([...(await same.read())]).toEqual([1, 1, 1, 1, 1]);
  expect((await errorOf(run(next, data))).message).toMatch(/disposed/);
  // What was refused took nothing.
  const [last] = (await run(next, same)) as [Sharded];
  expect([...(await last.read())]).toEqual([3, 4, 5, 6, 7]);
  await devices.close();
});

test("inputs that never came take nothing", async () => {
  const devices = await simulator(mesh);
  const { run, tensor } = await adder(devices);
  const state = await devices.put(tensor, split, [1, 2, 3, 4, 5]);
  const before = await devices.usage();
  const missing = { file: join(folder, "nowhere"), offset: 0 };
  expect((await errorOf(run(state, missing))).code).toBe("wrong-input");
  const failing = {
    box: () => {
      throw new Error("no more data");
    },
  };
  expect((await errorOf(run(state, failing))).message).toMatch(/no more data/);
  const own = new MtfError("bad-file", "data.bin is damaged.");
  expect(await errorOf(run(state, { box: () => Promise.reject(own) }))).toBe(own);
  expect((await errorOf(run(state))).message).toMatch(/'1' is missing/);
  expect(await devices.usage()).toEqual(before);
  const file = join(folder, "ones");
  writeFileSync(file, new Uint8Array(Float32Array.of(1, 1, 1, 1, 1).buffer));
  const [next, data] = (await run(state, { file, offset: 0 })) as [Sharded, Sharded];
  expect([...(await next.read())]).toEqual([2, 3, 4, 5, 6]);
  next.dispose();
  data.dispose();
  for (const device of await devices.usage())
    expect(device).toMatchObject({ buffers: 0, bytes: 0 });
  await devices.close();
});

test("placements and devices must be those of the program", async () => {
  const devices = await simulator(mesh);
  const others = await simulator(mesh);
  const { run, tensor } = await adder(devices);
  const whole = await devices.put(tensor, replicated, counting([a]));
  const elsewhere = await others.put(tensor, split, counting([a]));
  expect((await errorOf(run(counting([a]), whole))).message).toMatchInlineSnapshot(`
    "[wrong-input] '1' rests replicated and the program takes it a@x.
      takes  f32[a=5]
      at     devices.test.ts:0
      try    const moved = await devices.reshard(held, program, 1).run()"
  `);
  expect((await errorOf(run(counting([a]), elsewhere))).message).toMatch(/other devices/);
  const program = programOf(defineMesh({ x: 4 }), [aValue([a])], [0], [0], []);
  expect((await errorOf(devices.load(loweredOf(program)))).code).toBe("bad-mesh");
  await devices.close();
  await others.close();
});

test("a step that fails in the simulator ends it, and frees everything", async () => {
  const inner = referenceBackend();
  const backend = {
    ...inner,
    bind(...bound: Parameters<typeof inner.bind>) {
      const kernel = inner.bind(...bound);
      if (bound[0].kind !== "elementwise" || bound[0].attributes.fn !== "exp") return kernel;
      return bound[1][0]!.box[0]!.begin === 0 ? kernel : () => Promise.reject(new Error("bang"));
    },
  };
  const devices = await simulator(mesh, { backend });
  const values = [0, 1, 2].map(() => aValue([a], split));
  const lowered = loweredOf(
    programOf(
      mesh,
      values,
      [{ donated: 0 }],
      [2],
      [elementwise("identity", [0], 1), elementwise("exp", [1], 2)],
    ),
  );
  const run = await devices.load(lowered);
  const state = await devices.put(lowered.arguments[0]!, split, counting([a]));
  const other = await devices.put(lowered.arguments[0]!, split, counting([a]));
  expect((await errorOf(run(state))).message).toMatchInlineSnapshot(`
    "[device-failed] device 1 (x=1) failed in exp.
      instruction  exp -> f32[a=5@x]
      line         model.ts:7
      cause        bang"
  `);
  expect((await errorOf(state.read())).message).toMatchInlineSnapshot(`
    "[poisoned] the run that makes or takes this array failed: device 1 (x=1) failed in exp.
      instruction  exp -> f32[a=5@x]
      line         model.ts:7
      cause        bang"
  `);
  expect((await errorOf(other.read())).code).toBe("device-failed");
  await devices.close();
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 });
});

test("closing does not wait for a kernel in the simulator; what it holds is freed when it ends", async () => {
  const inner = referenceBackend();
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const backend = {
    ...inner,
    bind(...bound: Parameters<typeof inner.bind>) {
      const kernel = inner.bind(...bound);
      return async (operands: Parameters<typeof kernel>[0]) => {
        await ended;
        return kernel(operands);
      };
    },
  };
  const devices = await simulator(mesh, { backend });
  const { run } = await adder(devices);
  const running = errorOf(run(counting([a]), counting([a])));
  const next = errorOf(run(counting([a]), counting([a])));
  const usage = errorOf(devices.usage());
  await devices.close();
  for (const error of [await running, await next, await usage]) expect(error.code).toBe("closed");
  end();
  await new Promise((resolve) => setTimeout(resolve));
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 });
});
