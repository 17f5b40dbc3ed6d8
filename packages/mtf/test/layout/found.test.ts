import {
  accumulate,
  addAll,
  cumsum,
  defineDims,
  defineLayout,
  defineMesh,
  div,
  einsum,
  grad,
  logSoftmax,
  mapOver,
  merge,
  mul,
  placeholder,
  pool,
  rename,
  type Scalar,
  softmaxCrossEntropy,
  sum,
  type Tensor,
  valueAndGrad,
} from "mtf";
import { expect, test } from "vitest";
import { lower } from "../../src/partition/lower.ts";
import type { Lowered } from "../../src/program/index.ts";
import { readFloat64 } from "../../src/runtime/sharded.ts";
import { simulator } from "../../src/simulator.ts";

// Programs that layout cases found wrong once.

test("layout: the label of a split cross entropy lies in another device's slice", async () => {
  const dims = defineDims({ row: 3, vocab: 5 });
  const { row, vocab } = dims;
  const loss = (logits: Tensor<"row" | "vocab">, label: Tensor<"row", "int32">) =>
    sum(softmaxCrossEntropy(logits, label, "vocab"));
  const mesh = defineMesh("p:2");
  const layout = defineLayout({ dims, mesh, rules: { vocab: "p" } });
  const lowered = lower(valueAndGrad(loss), {
    layout,
    inputs: [placeholder([row, vocab]), placeholder([row], "int32")],
  });
  const devices = await simulator(mesh);
  const run = await devices.load(lowered);
  // One label on each device, and one outside.
  const [, gradient] = await run(new Float32Array(15), Int32Array.of(4, 0, 5));
  const share = 1 / 5;
  const expected = [
    ...[share, share, share, share, share - 1],
    ...[share - 1, share, share, share, share],
    ...[0, 0, 0, 0, 0],
  ];
  (await readFloat64(gradient)).forEach((x, i) => void expect(x).toBeCloseTo(expected[i]!, 12));
  await devices.close();
});

// The gradient of a merge has the dims in the order they were merged in, and that of a split
// logSoftmax is a difference in which it comes first.
test("layout: a cotangent has the dims of a split composite in another order", async () => {
  const dims = defineDims({ c: 2, a: 2, ac: 4 });
  const loss = (x: Tensor<"c" | "a">): Scalar => {
    const merged = merge(logSoftmax(x, "c"), ["a", "c"], dims.ac);
    return einsum(merged, merged);
  };
  const gradient = (rules: Record<string, string>) => {
    const layout = defineLayout<string, string>({ dims, mesh: defineMesh("p:2"), rules });
    return read(lower(grad(loss), { layout, inputs: [placeholder([dims.c, dims.a])] }));
  };
  expect(await gradient({ c: "p" })).toEqual(await gradient({}));
});

test("layout: slices in a loop are a cotangent with dims in another order", async () => {
  const dims = defineDims({ f: 2, a: 1, c: 2 });
  const loss = (x: Tensor<"f" | "a" | "c">): Scalar => {
    const y = logSoftmax(x, "f");
    return sum(accumulate(dims.c, (slice) => mul(slice, slice), y));
  };
  const gradient = (rules: Record<string, string>) => {
    const layout = defineLayout<string, string>({ dims, mesh: defineMesh("p:2"), rules });
    return read(lower(grad(loss), { layout, inputs: [placeholder([dims.f, dims.a, dims.c])] }));
  };
  expect(await gradient({ f: "p" })).toEqual(await gradient({}));
});

test("layout: halves of a sum of integers are not the half of it", async () => {
  const dims = defineDims({ batch: 4 });
  const mesh = defineMesh("p:2");
  const layout = defineLayout({ dims, mesh, rules: { batch: "p" } });
  const half = (x: Tensor<"batch", "int32">) => div(sum(x, "batch"), 2);
  const lowered = lower(half, { layout, inputs: [placeholder([dims.batch], "int32")] });
  const devices = await simulator(mesh);
  const run = await devices.load(lowered);
  expect(await (await run(Int32Array.of(1, 0, 1, 0))).read()).toEqual(Int32Array.of(1));
  await devices.close();
});

test("layout: terms that owe alike lack a dim of the whole sum", () => {
  const dims = defineDims({ a: 2, b: 3 });
  const layout = defineLayout({ dims, mesh: defineMesh("p:2"), rules: { a: "p" } });
  const lowered = lower(
    (x: Tensor<"a" | "b">, y: Tensor<"a">) => addAll([x, sum(y) as never, sum(y) as never]),
    { layout, inputs: [placeholder([dims.a, dims.b]), placeholder([dims.a])] },
  );
  expect(`${lowered}`.replace(/ +\S*found.test.ts\S*/g, "")).toMatchInlineSnapshot(`
    "program on mesh p:2
      %0 f32[a=2@p, b=3] = input 0
      %1 f32[a=2@p] = input 1
      %2 f32[] partial(p) = reduce(%1, fn=sum, over=[a])
      %3 f32[] partial(p) = reduce(%1, fn=sum, over=[a])
      %4 f32[] partial(p) = add(%2, %3)
      %5 f32[] = all-reduce(sum, p) %4                    8 B  sum
      %6 f32[a=2@p, b=3] = add(%0, %5)
      output  = %6"
  `);
});

test("layout: a dim of windows that rests narrow needs another size to be cut into blocks", () => {
  const dims = defineDims({ a: 3 });
  const layout = defineLayout({ dims, mesh: defineMesh("p:2"), rules: { a: "p" } });
  const lowered = lower((x: Tensor<"a">) => pool(x, "max", { a: 1 }, { strides: { a: 2 } }), {
    layout,
    inputs: [placeholder([dims.a], { rest: "bfloat16" })],
  });
  expect(`${lowered}`.replace(/ +\S*found.test.ts\S*/g, "")).toMatchInlineSnapshot(`
    "program on mesh p:2
      %0 bf16[a=3@p] = input 0
      %1 f32[a=3@p] = toFloat32(%0)
      %2 f32[a=4@p] = exchange(p) %1                                                                    0 B  window
      %3 f32[~block=2@p, a=2] = reshape(%2, from=[a], to=[~block=2 a=2])
      %4 f32[~block=2@p, a=1, ~tap=1] = window(%3, dim=a, tap=~tap, stride=2, dilation=1, before=0, wrap=false, value=-Infinity)
      %5 f32[a=2@p, ~tap=1] = reshape(%4, from=[~block a], to=[a=2])
      %6 f32[a=2@p] = reduce(%5, fn=max, over=[~tap])
      output  = %6"
  `);
});

// A device without a slice has the scale all the same, or it would not know what it gathers.
test("layout: what a device gathers by one scale, having no slice of it, has the scale", async () => {
  const rest = { dtype: "int8", scales: [] } as const;
  const dims = defineDims({ c: 1, b: 2 });
  const mesh = defineMesh("p:2");
  const layout = defineLayout({ dims, mesh, rules: { c: "p", b: "p" } });
  const lowered = lower(
    (x: Tensor<"c">, w: Tensor<"b">) => einsum(rename(x, "c", "a"), w, "a", "b"),
    { layout, inputs: [placeholder([dims.c], { rest }), placeholder([dims.b])] },
  );
  expect(`${lowered}`).toMatch(/i8\[a=1\] scales\(\) = all-gather\(p\)/);
  const devices = await simulator(mesh);
  const run = await devices.load(lowered);
  const result = await run(Float32Array.of(-127), Float32Array.of(1, 2));
  expect(await result.read()).toEqual(Float32Array.of(-127, -254));
  await devices.close();
});

// What was worked out for a sum along one dim was taken for one along the other.
test("layout: running sums along two dims of one size are split apart", async () => {
  const dims = defineDims({ b: 2, f: 1, a: 1 });
  const mesh = defineMesh("r:2,p:2");
  const layout = defineLayout({ dims, mesh, rules: { a: "r", f: "p" } });
  const loss = (x: Tensor<"b" | "f" | "a">): Scalar => {
    const summed = cumsum(cumsum(sum(x, "b"), "f"), "a");
    return einsum(summed, summed);
  };
  const x = placeholder([dims.b, dims.f, dims.a]);
  const devices = await simulator(mesh);
  const run = await devices.load(lower(grad(loss), { layout, inputs: [x] }));
  expect(await (await run(Float32Array.of(1, 2))).read()).toEqual(Float32Array.of(6, 6));
  await devices.close();
});

// What was chosen while all devices ran all rounds split a body along an axis that then gave each
// device rounds of its own: a device had slices of its own round, and the others' were never added.
test("layout: rounds of each device's own are not split by what was chosen for shared ones", async () => {
  const dims = defineDims({ a: 2 });
  const mesh = defineMesh("p:4,r:2");
  const layout = defineLayout({ dims, mesh, rules: { a: ["r", "p"] } });
  const loss = (x: Tensor<"a">): Scalar => sum(mapOver(dims.a, () => sum(x), x));
  const lowered = lower((x: Tensor<"a">) => [loss(x), grad(loss)(x)] as const, {
    layout,
    inputs: [placeholder([dims.a])],
  });
  const devices = await simulator(mesh);
  const run = await devices.load(lowered);
  const [, gradient] = await run(Float32Array.of(1, 2));
  expect(await gradient.read()).toEqual(Float32Array.of(2, 2));
  await devices.close();
});

/** What a program of one tensor gives for 1, 2, 4, 8, on the simulator in float64, rounded. */
async function read<N extends string>(lowered: Lowered<readonly [Tensor<N>], Tensor<N>>) {
  const devices = await simulator(defineMesh("p:2"));
  const run = await devices.load(lowered);
  const result = await run(Float32Array.of(1, 2, 4, 8));
  const numbers = Array.from(await result.read(), (x) => Math.round(x * 1e9) / 1e9);
  await devices.close();
  return numbers;
}
