import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gpuFor } from "../../../test/support/gpuFor.ts";
import type { HostArray } from "../../dtype.ts";
import { defineMesh } from "../../mesh.ts";
import { volume } from "../../program/placement.ts";
import type { Reduce } from "../../program/program.ts";
import { bytesAtRest } from "../../rest/bytes.ts";
import type { Rest } from "../../rest/rest.ts";
import { fromPlaces, markOf, runOne } from "../../runtime/testing/hosted.ts";
import { moves } from "../../runtime/testing/moves.ts";
import { aValue, origin } from "../../runtime/testing/programs.ts";
import { reduces } from "../../runtime/testing/reduces.ts";
import type { Backend } from "../backend.ts";

const gpu = await gpuFor("what devices pass to one another");

describe.skipIf(!gpu)("devices that share a GPU", () => {
  const backend = gpu as Backend;
  const throughHost: Backend = { ...backend, within: undefined };
  const staging = { stagingBytes: 4096, visible: false, by: "memory", apart: false } as const;
  const runs = { numRuns: 120 };

  /** What an instruction gives without the host, which is what it gives through it, bit by bit. */
  async function alike(...given: Given): Promise<void> {
    const here = await runOne(...given, staging, backend);
    const there = await runOne(...given, staging, throughHost);
    expect(here.slices.map(bitsOf)).toEqual(there.slices.map(bitsOf));
    expect([here.received, here.leaked]).toEqual([there.received, 0]);
  }

  test("move what the host would move", { timeout: 120_000 }, async () => {
    const dtypes = fc.constantFrom("float32", "int32", "bool");
    const property = fc.asyncProperty(moves(fc.boolean()), dtypes, async (spec, dtype) => {
      const { mesh, values, move } = spec;
      const { dims } = values[0]!;
      const own = values.map((value) => ({ ...value, dtype }));
      const fill = dtype === "bool" ? 1 : move.fill;
      await alike(mesh, own, { ...move, fill }, (_, __, box) =>
        fromPlaces(dtype, box, (place) => {
          const mark = markOf(dims, place);
          return dtype === "float32" ? Math.sin(mark) : dtype === "int32" ? mark : mark % 2;
        }),
      );
    });
    await fc.assert(property, runs);
  });

  test("move what rests narrow, parts of words too", { timeout: 120_000 }, async () => {
    const rests = fc.constantFrom<Rest>(
      "bfloat16",
      "float16",
      { dtype: "int8", scales: ["a"] },
      { dtype: "int8", scales: ["b", "c"] },
    );
    const property = fc.asyncProperty(moves(fc.constant(true)), rests, async (spec, rest) => {
      const { mesh, values, move } = spec;
      const own = values.map((value) => ({ ...value, rest }));
      await alike(mesh, own, move, (_, device, box) => {
        const dims = values[0]!.dims.map(({ name }, d) => ({ name, size: box[d]!.size }));
        const bytes = bytesAtRest({ dims, dtype: "float32", rest });
        // Such bytes are no NaN, whatever they are read as.
        return Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + device * 31) % 60);
      });
    });
    await fc.assert(property, runs);
  });

  test("settle what the host would settle", { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(reduces, async (spec) => {
      const { mesh, values, reduce } = spec;
      const { dims, dtype } = values[0]!;
      await alike(mesh, values, reduce, (_, device, box) =>
        fromPlaces(dtype, box, (place) => {
          const mark = markOf(dims, place) * 31 + device * 17;
          if (dtype === "bool") return mark % 2;
          // Sums of such numbers round at every step.
          return dtype === "int32" ? (mark * 2 ** 26) | 0 : Math.sin(mark) * 10 ** (mark % 5);
        }),
      );
    });
    await fc.assert(property, runs);
  });

  test.each(["all-reduce", "reduce-scatter"] as const)(
    "sum more terms than a kernel binds, in the same order: %s",
    async (name) => {
      const mesh = defineMesh({ x: 16 });
      const dims = [{ name: "a", size: 37 }];
      const split: Record<string, string[]> = name === "all-reduce" ? {} : { a: ["x"] };
      const values = [
        aValue(dims, { split: {}, partial: ["x"] }),
        aValue(dims, { split, partial: [] }),
      ];
      const rest = { axes: ["x"], operand: 0, result: 1, origin } as const;
      const reduce: Reduce = { kind: "reduce", name, fn: "sum", ...rest };
      await alike(mesh, values, reduce, (_, device, box) =>
        Float32Array.from(
          { length: volume(box) },
          (_, i) => Math.sin(i + 7 * device) * 2 ** device,
        ),
      );
    },
  );
});

type Whole = Parameters<typeof runOne>;
type Given = readonly [Whole[0], Whole[1], Whole[2], Whole[3]];

function bitsOf({ buffer, byteOffset, byteLength }: HostArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
