import { describe, expect, it } from "vitest";
import { printed } from "../../../test/optima/collectives.ts";
import type { Tensor } from "../../graph/tensor.ts";
import {
  add,
  cast,
  constant,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  grad,
  greater,
  ledger,
  less,
  lower,
  max,
  memoryPlan,
  mul,
  placeholder,
  type Scalar,
  sum,
  tanh,
  whileLoop,
} from "../../index.ts";
import { simulator } from "../../simulator.ts";
import { workers } from "../../workers.ts";

const { batch, embd } = defineDims({ batch: 4, embd: 6 });
const mesh = defineMesh({ x: 2 });
const x = placeholder([batch, embd]);
const n = placeholder([], "int32");
type X = typeof x;

/** Halves until nothing is larger than 1, and counts. */
const halved = (y: X) =>
  whileLoop(
    ({ value }) => greater(max(value), 1),
    ({ value, rounds }) => ({ value: mul(value, 0.5), rounds: add(rounds, 1) }),
    { value: y, rounds: constant(0, [], "int32") },
  );

function lowered<Inputs extends readonly unknown[], R>(
  fn: (...inputs: Inputs) => R,
  inputs: Inputs,
  rules: { batch?: "x"; embd?: "x" } = { batch: "x" },
) {
  const layout = defineLayout({ dims: { batch, embd }, mesh, rules });
  return lower(fn, { layout, inputs });
}

const numbers = Float32Array.from({ length: 24 }, (_, i) => i - 3.5);

describe("whileLoop", () => {
  it("is a program whose condition all devices know", () => {
    const { program } = lowered(halved, [x]);
    expect(printed(program)).toMatchInlineSnapshot(`
      "program on mesh x:2
        %0 f32[batch=4@x, embd=6] = input 0
        %1 i32[] = fill(value=0)
        while carrying %2 = %0 then %7, %3 = %1 then %8
          %4 f32[] = reduce(%2, fn=max, over=[batch embd])
          %5 f32[] = all-reduce(max, x) %4                  8 B  max
          %6 bool[] = greater(%5, 1)
        as long as %6
          %7 f32[batch=4@x, embd=6] = mul(%2, 0.5)
          %8 i32[] = add(%3, 1)
        %9 f32[batch=4@x, embd=6] = last of %7
        %10 i32[] = last of %8
        output value = %9
        output rounds = %10"
    `);
    expect(`${ledger(program)}`.replaceAll(/ (of )?\S+\.ts:\d+/g, "")).toMatchInlineSnapshot(`
      "all-reduce(x)  forward  max  8 B  per test
      total                                             0 B  in any case"
    `);
  });

  it.each([
    ["the simulator", simulator],
    ["workers", workers],
  ])("goes round as often as it must, and tells how often, on %s", async (_, open) => {
    const devices = await open(mesh);
    try {
      const program = lowered(halved, [x]);
      const run = await devices.load(program);
      for (const [scale, rounds] of [
        [1, 5],
        [64, 11],
        [0, 0],
      ] as const) {
        const before = await received(devices);
        const { value, rounds: counted } = await run(numbers.map((v) => v * scale));
        const expected = numbers.map((v) => (v * scale) / 2 ** rounds);
        expect(await value.read()).toEqual(expected);
        expect(await counted.number()).toBe(rounds);
        expect(await run.rounds()).toEqual([rounds + 1, rounds]);
        const moved = (await received(devices)) - before;
        expect(moved).toBe(ledger(program.program).bytesAfter(await run.rounds()));
        expect(moved).toBe(8 * (rounds + 1));
      }
    } finally {
      await devices.close();
    }
  });

  it("ends after so many rounds at the latest", async () => {
    const devices = await simulator(mesh);
    const forever = (y: X) =>
      whileLoop(
        () => greater(constant(1), 0),
        (value) => add(value, 1),
        y,
        { atMost: 7 },
      );
    const run = await devices.load(lowered(forever, [x]));
    expect(await (await run(numbers)).read()).toEqual(numbers.map((v) => v + 7));
    expect(await run.rounds()).toEqual([7, 7]);
    await devices.close();
  });

  it("has the gradient of the rounds that there were, and settles sums in each of them", async () => {
    const w = placeholder([embd]);
    const loss = (weight: typeof w, y: X, times: Scalar<"int32">) => {
      const { h } = whileLoop(
        ({ round }) => less(round, times),
        ({ h: before, round }) => ({
          h: tanh(add(einsum(before, weight, "batch"), before)) as typeof before,
          round: add(round, 1),
        }),
        { h: y as Tensor<"batch" | "embd">, round: constant(0, [], "int32") },
        { atMost: 8 },
      );
      return sum(h);
    };
    const written = (times: number) => (weight: typeof w, y: X) => {
      let h: Tensor<"batch" | "embd"> = y;
      for (let i = 0; i < times; i++) {
        h = tanh(add(einsum(h, weight, "batch"), h)) as typeof h;
      }
      return sum(add(h, mul(sum(weight), 0)));
    };
    const devices = await simulator(mesh);
    const weights = Float32Array.from({ length: 6 }, (_, i) => 0.1 * i - 0.2);
    const start = numbers.map((v) => v / 20);
    for (const rules of [{ batch: "x" }, { embd: "x" }] as const) {
      const looped = lowered(grad(loss), [w, x, n], rules);
      const run = await devices.load(looped);
      for (const times of [0, 1, 5, 8]) {
        const straight = await devices.load(lowered(grad(written(times)), [w, x], rules));
        const before = await received(devices);
        const found = await (await run(weights, start, times)).read();
        const moved = (await received(devices)) - before;
        expect(moved).toBe(ledger(looped.program).bytesAfter(await run.rounds()));
        const wanted = await (await straight(weights, start)).read();
        found.forEach((v, i) => void expect(v).toBeCloseTo(wanted[i]!, 5));
      }
    }
    await devices.close();
  });

  it("keeps the states of all rounds there may be for its gradient, and only for that", () => {
    const loop = (atMost: number) => (y: X) =>
      sum(
        whileLoop(
          (value) => less(sum(value), 100),
          (value) => mul(value, value),
          y,
          { atMost },
        ),
      );
    const peak = (fn: (y: X) => unknown) => memoryPlan(lowered(fn, [x]).program).peakBytes;
    expect(peak(loop(1000)) - peak(loop(10))).toBe(0);
    expect(peak(grad(loop(1000))) - peak(grad(loop(10)))).toBe(990 * 4 * 12);
  });

  it("has no gradient where nobody knows an end", () => {
    const loop = (y: X) => sum(cast(halved(y).value, "float32"));
    expect(() => grad(loop)(x)).toThrow(/no-gradient/);
  });
});

async function received(devices: Awaited<ReturnType<typeof simulator>>): Promise<number> {
  const usage = await devices.usage();
  return usage.reduce((sum_, { bytesReceived }) => sum_ + bytesReceived, 0);
}
