import { expect, test } from "vitest";
import {
  accumulate,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  grad,
  ledger,
  lower,
  memoryPlan,
  placeholder,
  rename,
  scan,
  slice,
  square,
  sum,
} from "../../src/index.ts";
import { withoutLines } from "../../src/runtime/testing/withoutLines.ts";

withoutLines();

const dims = defineDims({ batch: 8, in: 64, out: 64, layer: 4, row: 64 });
const { batch, out, layer } = dims;
const mesh = defineMesh("x:4");
const layoutOf = (rules: Record<string, string>, storage = {}) =>
  defineLayout<string, string>({ dims, mesh, rules, storage });

const x = placeholder([batch, dims.in]);
const narrow = placeholder([dims.in, out], { rest: "bfloat16" });
const wide = placeholder([dims.in, out]);
const int8 = placeholder([dims.in, out], { rest: { dtype: "int8", scales: [out] } });
const product = (a: typeof x, w: typeof wide) => einsum([a, w], [batch, out]);

test("a weight that rests split is gathered as it rests, and counts so", () => {
  const layout = layoutOf({ batch: "x" }, { 1: { in: "x" } });
  const [half, whole, quarter] = [narrow, wide, int8].map((w) =>
    lower(product, { layout, inputs: [x, w] }),
  );
  expect(`${half}`).toMatchInlineSnapshot(`
    "program on mesh x:4
      %0 f32[batch=8@x, in=64] = input 0
      %1 bf16[in=64@x, out=64] = input 1
      %2 bf16[in=64, out=64] = all-gather(x) %1   24,576 B  einsum program.test.ts:0
      %3 f32[batch=8@x, out=64] = einsum(%0, %2)  program.test.ts:0
      output  = %3"
  `);
  expect(`${quarter}`).toMatchInlineSnapshot(`
    "program on mesh x:4
      %0 f32[batch=8@x, in=64] = input 0
      %1 i8[in=64@x, out=64] scales(out) = input 1
      %2 i8[in=64, out=64] scales(out) = all-gather(x) %1  12,288 B  einsum program.test.ts:0
      %3 f32[batch=8@x, out=64] = einsum(%0, %2)           program.test.ts:0
      output  = %3"
  `);
  expect(ledger(half!.program).bytes).toBe(ledger(whole!.program).bytes / 2);
  const [less, more] = [memoryPlan(half!.program), memoryPlan(whole!.program)];
  expect(more.inputBytes - less.inputBytes).toBe((64 * 64 * 2) / 4);
  // One for each scale along `out`, on every device.
  expect(memoryPlan(quarter!.program).inputBytes).toBe(2 * 64 * 4 + (64 * 64) / 4 + 64 * 4);
});

test("names and cuts are changed as it rests, and what loops carry is widened", () => {
  const stacked = placeholder([layer, dims.in, out], { rest: "float16" });
  const start = placeholder([batch, dims.in], { rest: "bfloat16" });
  const fn = (a: typeof x, all: typeof stacked) => {
    const [last] = scan(
      layer,
      (h, w) => [rename(einsum([h, w], [batch, out]), "out", "in"), h] as const,
      a,
      all,
    );
    return last;
  };
  const layout = layoutOf({ batch: "x" });
  const inputs = [start, stacked] as const;
  expect(`${lower(fn, { layout, inputs })}`).toMatchInlineSnapshot(`
    "program on mesh x:4
      %0 bf16[batch=8@x, in=64] = input 0
      %1 f16[layer=4, in=64, out=64] = input 1
      %6 f32[batch=8@x, in=64] = toFloat32(%0)                          program.test.ts:0
      for each of layer=4 carrying %2 = %6 then %5 with %3 = %1[layer]  program.test.ts:0
        %4 f32[batch=8@x, out=64] = einsum(%2, %3)                      program.test.ts:0
        %5 f32[batch=8@x, in=64] = rename(%4, from=out, to=in)          program.test.ts:0
      %7 f32[batch=8@x, in=64] = last of %5
      output  = %7"
  `);
  const moved = lower((w: typeof wide) => slice(rename(w, "in", "row"), "row", 16), {
    layout: layoutOf({ row: "x" }),
    inputs: [narrow],
  });
  expect(`${moved}`).toMatchInlineSnapshot(`
    "program on mesh x:4
      %0 bf16[in=64, out=64] = input 0
      %1 bf16[in=64@x, out=64] = slice %0                      0 B  rename program.test.ts:0
      %2 bf16[row=64@x, out=64] = rename(%1, from=in, to=row)  program.test.ts:0
      %3 bf16[row=48@x, out=64] = exchange(x) %2               3,072 B  slice program.test.ts:0
      %4 f32[row=48@x, out=64] = toFloat32(%3)                 program.test.ts:0
      output  = %4"
  `);
});

test("a gradient with respect to what rests narrow is float32", () => {
  const fn = (a: typeof x, w: typeof wide) =>
    grad((v: typeof wide) => sum(square(product(a, v))))(w);
  const lowered = lower(fn, { layout: layoutOf({ batch: "x" }), inputs: [x, narrow] });
  const { outputs, values } = lowered.program;
  expect(values[outputs[0]!.value]!.rest).toBeUndefined();
});

test("a loop reads what it closes over as it rests", () => {
  const fn = (a: typeof x, w: typeof wide) =>
    accumulate(batch, (row) => sum(einsum([row, w], [out])), a);
  const { program } = lower(fn, { layout: layoutOf({}), inputs: [x, narrow] });
  const loop = program.instructions.find((i) => i.kind === "region")!;
  expect(loop.constant.map(({ inner }) => program.values[inner]!.rest)).toEqual(["bfloat16"]);
});
