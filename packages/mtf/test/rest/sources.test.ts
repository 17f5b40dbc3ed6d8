import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { toBfloat16 } from "../../src/half.ts";
import {
  type Box,
  defineDims,
  defineLayout,
  defineMesh,
  lower,
  mul,
  placeholder,
  type Rest,
  type Tensor,
} from "../../src/index.ts";
import { narrow } from "../../src/rest/narrow.ts";
import { widen } from "../../src/rest/widen.ts";
import type { Source } from "../../src/runtime/devices.ts";
import { withoutLines } from "../../src/runtime/testing/withoutLines.ts";
import { simulator } from "../../src/simulator.ts";

withoutLines();

const folder = mkdtempSync(join(tmpdir(), "rest-"));
afterAll(() => rmSync(folder, { recursive: true }));

const dims = defineDims({ a: 6, b: 5 });
const mesh = defineMesh("x:4");
const numbers = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i * i) * 3);
const rests = ["bfloat16", "float16", { dtype: "int8", scales: ["b"] }] as const;

function rounded(rest: Rest, given = numbers): Float32Array {
  const sized = { dims: [dims.a, dims.b], dtype: "float32", rest } as const;
  const result = new Float32Array(given.length);
  widen(narrow(given, sized)!, sized, result);
  return result;
}

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const bits = Uint16Array.from(numbers, toBfloat16);
const boxOf = (all: Float32Array | Uint16Array) => ({
  box: ([rows, columns]: Box) => {
    const own = Array.from({ length: rows!.size }, (_, i) => {
      const begin = (rows!.begin + i) * 5 + columns!.begin;
      return [...all.subarray(begin, begin + columns!.size)];
    });
    return (all.constructor as unknown as { from(x: number[]): Float32Array }).from(own.flat());
  },
});
const sources: readonly (readonly [string, Source])[] = [
  ["numbers", numbers],
  ["a plain array", [...numbers]],
  ["boxes", boxOf(numbers)],
  ["a file", { file: file("f32", new Uint8Array(numbers.buffer)), offset: 0 }],
];

test.each(sources)(
  "of %s, a scale is that of the whole row, however it is cut",
  async (_, source) => {
    for (const rest of rests) {
      for (const rules of [{}, { a: "x" }, { b: "x" }]) {
        const w = placeholder([dims.a, dims.b], { rest });
        const layout = defineLayout<string, string>({ dims, mesh, rules });
        const devices = await simulator(mesh);
        const run = await devices.load(lower((x: typeof w) => x, { layout, inputs: [w] }));
        const held = await run(source as never);
        expect(await held.read()).toEqual(rounded(rest));
        expect(held.rest).toEqual(rest);
        expect(
          await held.readBox([
            { begin: 1, size: 2 },
            { begin: 2, size: 3 },
          ]),
        ).toEqual(Float32Array.from([7, 8, 9, 12, 13, 14].map((i) => rounded(rest)[i]!)));
        await devices.close();
      }
    }
  },
);

test("halves that are given as bits rest as they are", async () => {
  const w = placeholder([dims.a, dims.b], { rest: "bfloat16" });
  const layout = defineLayout({ dims, mesh, rules: { a: "x" } });
  const devices = await simulator(mesh);
  const run = await devices.load(lower((x: typeof w) => mul(x, 2), { layout, inputs: [w] }));
  const stored = { file: file("bf16", new Uint8Array(bits.buffer)), offset: 0 };
  const all = [bits, boxOf(bits), { ...stored, stored: "bfloat16" }] as const;
  for (const source of all) {
    expect(await (await run(source as never)).read()).toEqual(
      rounded("bfloat16").map((x) => 2 * x),
    );
  }
  await devices.close();
});

test("what rests is held, given again and moved as it rests", async () => {
  for (const rest of rests) {
    const w = placeholder([dims.a, dims.b], { rest });
    const by = (rules: Record<string, string>) => {
      const layout = defineLayout<string, string>({ dims, mesh, rules });
      return lower((x: typeof w) => mul(x, 1), { layout, inputs: [w] });
    };
    const devices = await simulator(mesh);
    const run = await devices.load(by({ a: "x" }));
    const held = await run.put(0, numbers as never);
    const plan = devices.reshard(held as never, by({ b: "x" }) as never, 0 as never);
    const before = (await devices.usage()).reduce((sum, d) => sum + d.bytesReceived, 0);
    const moved = (await plan.run()) as typeof held;
    const after = (await devices.usage()).reduce((sum, d) => sum + d.bytesReceived, 0);
    expect(after - before).toBe(plan.bytes);
    const other = await devices.load(by({ b: "x" }));
    expect(await (await other(moved as never)).read()).toEqual(rounded(rest));
    await devices.close();
  }
});

test("a handle of what rests otherwise is refused", async () => {
  const layout = defineLayout({ dims, mesh, rules: {} });
  const load = async (x: Tensor<"a" | "b">) =>
    devices.load(lower((y: typeof x) => y, { layout, inputs: [x] }));
  const devices = await simulator(mesh);
  const held = await (await load(placeholder([dims.a, dims.b]))).put(0, numbers as never);
  const run = await load(placeholder([dims.a, dims.b], { rest: "float16" }));
  await expect(run(held as never)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [wrong-input] '0' was given float32[a=6, b=5].
      takes  f16[a=6, b=5]
      at     sources.test.ts:129]
  `);
  const int8 = placeholder([dims.a, dims.b], { rest: { dtype: "int8", scales: [dims.b] } });
  const infinite = numbers.map((x, i) => (i === 7 ? Infinity : x));
  await expect((await load(int8))(infinite)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [wrong-input] '0' rests as int8, which cannot be Infinity.
      takes  i8[a=6, b=5] scales(b)
      at     sources.test.ts:136
      try    rest: "bfloat16", which holds infinity and NaN]
  `);
  await devices.close();
});
