import { describe, expect, it } from "vitest";
import { printed } from "../../../test/optima/collectives.ts";
import {
  add,
  cond,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  grad,
  greater,
  ledger,
  lower,
  memoryPlan,
  mul,
  placeholder,
  rename,
  type Scalar,
  sum,
  type Tensor,
} from "../../index.ts";
import { simulator } from "../../simulator.ts";
import { workers } from "../../workers.ts";

const dims = defineDims({ batch: 4, embd: 6, next: 6 });
const { batch, embd, next } = dims;
const mesh = defineMesh({ x: 2 });
const x = placeholder([batch, embd]);
const w = placeholder([embd, next]);
const flag = placeholder();
type X = typeof x;

/** A product that is summed over devices, or nothing but a number. */
const either = (y: X, weight: typeof w, on: Scalar) =>
  cond(
    greater(on, 0),
    (given) => rename(einsum(given, weight, "batch", "next"), "next", "embd") as X,
    (given) => mul(given, 3),
    y,
  );

function lowered<Inputs extends readonly unknown[], R>(
  fn: (...inputs: Inputs) => R,
  inputs: Inputs,
  rules: { batch?: "x"; embd?: "x" } = { embd: "x" },
) {
  return lower(fn, { layout: defineLayout({ dims, mesh, rules }), inputs });
}

const numbers = Float32Array.from({ length: 24 }, (_, i) => i);
const ones = new Float32Array(36).fill(1);

describe("cond", () => {
  it("gives a sum that both branches owe as it is, to be settled with others", () => {
    const products = (y: X, weight: Tensor<"embd">, on: Scalar) => {
      const one = () => einsum(y, weight, "batch");
      return add(
        cond(greater(on, 0), one, () => einsum(y, y, "batch")),
        one(),
      );
    };
    const { program } = lowered(products, [x, placeholder([embd]), flag]);
    expect(printed(program)).toMatchInlineSnapshot(`
      "program on mesh x:2
        %0 f32[batch=4, embd=6@x] = input 0
        %1 f32[embd=6@x] = input 1
        %2 f32[] = input 2
        %3 bool[] = greater(%2, 0)
        if %3 with %4 = %0, %5 = %1
          %6 f32[batch=4] partial(x) = einsum(%4, %5)
        else
          %7 f32[batch=4] partial(x) = einsum(%4, %4)
        %8 f32[batch=4] partial(x) = %6 or %7
        %9 f32[batch=4] partial(x) = einsum(%0, %1)
        %10 f32[batch=4] partial(x) = add(%8, %9)
        %11 f32[batch=4] = all-reduce(sum, x) %10      32 B  region
        output  = %11"
    `);
  });

  it("is a program with two bodies, and results that lie alike after either", () => {
    const { program } = lowered(either, [x, w, flag]);
    expect(printed(program)).toMatchInlineSnapshot(`
      "program on mesh x:2
        %0 f32[batch=4, embd=6@x] = input 0
        %1 f32[embd=6@x, next=6] = input 1
        %2 f32[] = input 2
        %3 bool[] = greater(%2, 0)
        if %3 with %4 = %0, %5 = %1
          %6 f32[batch=4, next=6] partial(x) = einsum(%4, %5)
          %7 f32[batch=4, embd=6] partial(x) = rename(%6, from=next, to=embd)
          %9 f32[batch=4, embd=6@x] = reduce-scatter(sum, x) %7                96 B  einsum
        else
          %8 f32[batch=4, embd=6@x] = mul(%4, 3)
        %10 f32[batch=4, embd=6@x] = %9 or %8
        output  = %10"
    `);
    expect(`${ledger(program)}`.replaceAll(/ (of )?\S+\.ts:\d+/g, "")).toMatchInlineSnapshot(`
      "reduce-scatter(x)  forward  einsum  96 B  per first branch
      total                                                0 B  in any case"
    `);
  });

  it.each([
    ["the simulator", simulator],
    ["workers", workers],
  ])("runs one of its functions, and moves what that moves, on %s", async (_, open) => {
    const devices = await open(mesh);
    try {
      const program = lowered(either, [x, w, flag]);
      const run = await devices.load(program);
      const { bytes, bytesAfter } = ledger(program.program);
      for (const [on, rounds] of [
        [1, [1, 0]],
        [-1, [0, 1]],
      ] as const) {
        const before = await received(devices);
        const found = await (await run(numbers, ones, on)).read();
        const moved = (await received(devices)) - before;
        const rows = numbers.map((_, i) => 36 * Math.floor(i / 6) + 15);
        expect(found).toEqual(on > 0 ? rows : numbers.map((v) => 3 * v));
        expect(await run.rounds()).toEqual(rounds);
        expect(moved).toBe(bytesAfter(rounds));
        expect(moved > bytes).toBe(on > 0);
      }
    } finally {
      await devices.close();
    }
  });

  it("has the gradient of the function that ran, and zeros of what only the other reads", async () => {
    const loss = ([y, weight]: readonly [X, typeof w], on: Scalar) => sum(either(y, weight, on));
    const devices = await simulator(mesh);
    const run = await devices.load(lowered(grad(loss), [[x, w], flag]));
    const [dx, dw] = await run([numbers, ones], 1);
    expect(await dx.read()).toEqual(new Float32Array(24).fill(6));
    expect(await dw.read()).toEqual(Float32Array.from(ones, (_, i) => 36 + 4 * Math.floor(i / 6)));
    const [other, none] = await run([numbers, ones], 0);
    expect(await other.read()).toEqual(new Float32Array(24).fill(3));
    expect(await none.read()).toEqual(new Float32Array(36));
    await devices.close();
  });

  it("gives back what it is given, and holds at its peak what the larger function needs", async () => {
    const wide = (y: X) => sum(mul(y, rename(y, "batch", "next") as Tensor<"next" | "embd">));
    const fn = (y: X, on: Scalar) =>
      cond(
        greater(on, 0),
        () => y,
        () => add(y, wide(y)),
      );
    const alone = (y: X) => add(y, wide(y));
    const peak = (program: ReturnType<typeof lowered>) => memoryPlan(program.program).peakBytes;
    expect(peak(lowered(fn, [x, flag]))).toBeLessThanOrEqual(peak(lowered(alone, [x])) + 16);
    const devices = await simulator(mesh);
    const run = await devices.load(lowered(fn, [x, flag]));
    const [same, more] = [await run(numbers, 1), await run(numbers, 0)];
    expect(await same.read()).toEqual(numbers);
    expect((await more.read())[0]).toBeGreaterThan(0);
    same.dispose();
    more.dispose();
    const usage = await devices.usage();
    expect(usage.map(({ buffers }) => buffers)).toEqual([0, 0]);
    await devices.close();
  });
});

async function received(devices: Awaited<ReturnType<typeof simulator>>): Promise<number> {
  const usage = await devices.usage();
  return usage.reduce((total, { bytesReceived }) => total + bytesReceived, 0);
}
