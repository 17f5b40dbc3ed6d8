import {
  appendFileSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../backend/backend.ts";
import { openBackend } from "../../backend/open.ts";
import type { DType, HostArray } from "../../dtype.ts";
import { hostArray } from "../../dtype.ts";
import { fileStamp } from "../../fileStamp.ts";
import { fromBfloat16, fromFloat16 } from "../../half.ts";
import type { Box } from "../../program/placement.ts";
import { bytesAtRest } from "../../rest/bytes.ts";
import type { Rest } from "../../rest/rest.ts";
import { draws } from "../../testing/draws.ts";
import { errorOf } from "../testing/errorOf.ts";
import { partInMemory } from "./partInMemory.ts";
import { partAtRest } from "./resting.ts";
import { type Stored, storedBytes } from "./stored.ts";

const folder = mkdtempSync(join(tmpdir(), "file-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "tensor");

const backends: Backend[] = [];
beforeAll(async () => {
  for (const name of ["wasm", "reference", "cpu"] as const) backends.push(await openBackend(name));
  // One whose memory is out of the host's reach.
  backends.push({ ...backends[0]!, view: () => undefined });
});

/** What a device is to keep, and as what a file may store it. */
const kinds: readonly (readonly [DType, Rest | undefined, readonly Stored[]])[] = [
  ["float32", undefined, ["float32", "float16", "bfloat16", "float64", "int32", "int64", "bool"]],
  ["float32", "bfloat16", ["float32", "float16", "bfloat16", "float64", "int32", "int64"]],
  ["float32", "float16", ["float32", "float16", "bfloat16", "float64", "int64"]],
  ["float32", { dtype: "int8", scales: ["a"] }, ["float32", "bfloat16"]],
  ["int32", undefined, ["int32", "int64", "float32", "bool"]],
  ["bool", undefined, ["bool", "int32", "float16"]],
];

const cases = fc.record({
  kind: fc
    .constantFrom(...kinds)
    .chain(([dtype, rest, all]) =>
      fc.constantFrom(...all).map((stored) => ({ dtype, rest, stored })),
    ),
  // Runs of some bytes and of many, and gaps that are read along and that are not.
  dims: fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 90 }))
    .chain(([a, b]) =>
      fc
        .integer({ min: 1, max: Math.floor(60_000 / (a * b)) })
        .map((c) => [a, b, c].map((size, d) => ({ name: "abc"[d]!, size }))),
    ),
  cuts: fc.array(fc.tuple(fc.nat(99), fc.nat(100)), { minLength: 3, maxLength: 3 }),
  offset: fc.nat(9),
  seed: fc.integer({ min: 1, max: 1 << 20 }),
  backend: fc.nat(3),
});

/** The bytes of a file, and the float64 that each element stands for. */
function stored(as: Stored, count: number, seed: number) {
  let state = seed;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const bits = (length: number) => Uint16Array.from({ length }, () => draw() >>> 16);
  switch (as) {
    case "float16":
    case "bfloat16": {
      const numbers = bits(count).map((x) => x & 0xbfff);
      const value = as === "float16" ? fromFloat16 : fromBfloat16;
      return [numbers, Float64Array.from(numbers, value)] as const;
    }
    case "float32": {
      const numbers = Float32Array.from({ length: count }, () => (draw() / 2 ** 31 - 1) * 5);
      return [numbers, Float64Array.from(numbers)] as const;
    }
    case "float64": {
      const numbers = Float64Array.from({ length: count }, () => (draw() / 2 ** 31 - 1) / 3);
      return [numbers, numbers] as const;
    }
    case "int32": {
      const numbers = Int32Array.from({ length: count }, () => draw() - 2 ** 31);
      return [numbers, Float64Array.from(numbers)] as const;
    }
    case "int64": {
      const numbers = BigInt64Array.from({ length: count }, () => BigInt(draw() - 2 ** 31));
      return [numbers, Float64Array.from(numbers, Number)] as const;
    }
    case "bool": {
      const numbers = Uint8Array.from({ length: count }, () => draw() >>> 31);
      return [numbers, Float64Array.from(numbers)] as const;
    }
  }
}

/** A box of a row-major array, an element at a time. */
function boxOf(all: Float64Array, shape: readonly number[], box: Box): number[] {
  const found: number[] = [];
  const go = (d: number, at: number): void => {
    if (d === shape.length) return void found.push(all[at]!);
    const { begin, size } = box[d]!;
    for (let i = begin; i < begin + size; i++) go(d + 1, at * shape[d]! + i);
  };
  go(0, 0);
  return found;
}

test("a box that is read from a file is the box that is cut from the whole tensor", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, dims, cuts, offset, seed, backend: at }) => {
      const { dtype, rest, stored: as } = kind;
      const shape = dims.map(({ size }) => size);
      const count = shape.reduce((n, size) => n * size, 1);
      const [raw, values] = stored(as, count, seed);
      // A float that is no int is an error: those that are are floats of the same bits.
      const ints = dtype === "int32" && as === "float32";
      if (ints) for (let i = 0; i < count; i++) raw[i] = values[i] = Math.round(values[i]!);
      const numbers = new Uint8Array(raw.buffer, raw.byteOffset, count * storedBytes[as]);
      writeFileSync(file, new Uint8Array(offset));
      appendFileSync(file, numbers);
      const box = shape.map((size, d) => {
        const begin = Math.min(size - 1, Math.floor((cuts[d]![0] * size) / 100));
        return { begin, size: Math.max(1, Math.round((cuts[d]![1] * (size - begin)) / 100)) };
      });
      const own = dims.map(({ name }, d) => ({ name, size: box[d]!.size }));
      const to = { path: "x", dims: dims as never, dtype, rest };
      const backend = backends[at]!;
      const before = backend.memory();
      const held = rest
        ? ({ shape: [bytesAtRest({ dims: own, dtype, rest })], dtype: "bool" } as const)
        : { shape: own.map(({ size }) => size), dtype };
      const source = { file, offset, stored: as, stamp: fileStamp(statSync(file)) };
      const buffer = await partInMemory({ source, to, box }, backend, held);
      const expected = expectedOf(boxOf, values, shape, box, to);
      expect(Array.from(await backend.read(buffer))).toEqual(Array.from(expected));
      backend.dispose(buffer);
      expect(backend.memory()).toEqual(before);
    }),
    { numRuns: draws(250) },
  );
});

function expectedOf(
  cut: typeof boxOf,
  values: Float64Array,
  shape: readonly number[],
  box: Box,
  to: Parameters<typeof partAtRest>[2],
): HostArray {
  const { dtype, rest } = to;
  if (typeof rest === "object") {
    const rows = box.map((range, d) => (d === 0 ? range : { begin: 0, size: shape[d]! }));
    return partAtRest(Float32Array.from(cut(values, shape, rows)), box, to);
  }
  const numbers = cut(values, shape, box);
  const made = hostArray(dtype, numbers.length);
  made.set(dtype === "bool" ? numbers.map((x) => Number(x !== 0)) : numbers);
  return partAtRest(made, box, to);
}

describe("a file that is not what it was", () => {
  const dims = [{ name: "a", size: 3000 }] as never;
  const to = { path: "blocks/0/w", dims, dtype: "float32" } as const;
  const box = [{ begin: 1000, size: 2000 }];
  const held = { shape: [2000], dtype: "float32" } as const;

  test.each([
    [
      "cut short",
      () => truncateSync(file, 8000),
      "it has 8000 bytes, and bytes 4000 to 12000 are wanted",
    ],
    ["written to", () => appendFileSync(file, "x"), "it is another by now, or was written to"],
    ["removed", () => rmSync(file), "no such file or directory"],
  ])("but %s, is refused by name, and leaves nothing in memory", async (_, change, cause) => {
    writeFileSync(file, new Uint8Array(12000));
    const stamp = fileStamp(statSync(file));
    change();
    // Who has not looked at it before finds out where it ends.
    const source = { file, offset: 0, ...(!/bytes/.test(cause) && { stamp }) };
    for (const backend of backends) {
      const before = backend.memory();
      const error = await errorOf(partInMemory({ source, to, box }, backend, held));
      expect(error.code).toBe("wrong-input");
      expect(error.message).toContain(file);
      expect(error.message).toContain("'blocks/0/w'");
      expect(error.message).toContain(cause);
      expect(backend.memory()).toEqual(before);
    }
  });
});
