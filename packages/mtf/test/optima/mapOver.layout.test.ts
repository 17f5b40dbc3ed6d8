import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/backend/reference/evaluate.ts";
import {
  accumulate,
  add,
  cond,
  type Dimension,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  einsum,
  grad,
  greater,
  type LayoutRules,
  ledger,
  lower,
  mapOver,
  memoryPlan,
  placeholder,
  scan,
  square,
  sum,
  type Tensor,
  tanh,
  withLayout,
} from "../../src/index.ts";
import { readFloat64 } from "../../src/runtime/sharded.ts";
import { simulator } from "../../src/simulator.ts";
import { trace } from "../../src/trace.ts";
import { numbers } from "../numeric.ts";
import { printed } from "./collectives.ts";

// A loop over a dim that is split: each device goes through the indices of its own slice.

const dims = defineDims({ chunk: 8, row: 4, embd: 16, ff: 32 });
const { chunk, row, embd, ff } = dims;
const mesh = defineMesh("data:4,model:2");
const inputs = [placeholder([chunk, row, embd]), placeholder([embd, ff])] as const;

type Xs = Tensor<"chunk" | "row" | "embd">;
type Slice = Tensor<"row" | "embd">;
type Weights = Tensor<"embd" | "ff">;

const layer = (h: Slice, w: Weights) => tanh(einsum(h, w, "row", "ff"));
const mapped = (xs: Xs, w: Weights) => mapOver(chunk, (h) => layer(h, w), xs);
const added = (xs: Xs, w: Weights) => accumulate(chunk, (h) => square(layer(h, w)), xs);
const gradients = (xs: Xs, w: Weights) =>
  grad(([x, v]: readonly [Xs, Weights]) => sum(square(mapped(x, v))))([xs, w]);

function program(
  fn: (...all: typeof inputs) => unknown,
  rules: LayoutRules<keyof typeof dims, "data" | "model"> = { chunk: "data", ff: "model" },
) {
  return lower(fn, { layout: defineLayout({ dims, mesh, rules }), inputs }).program;
}

/** How many rounds each device runs, all loops of a program together. */
const roundsIn = (fn: (...all: typeof inputs) => unknown, rules?: Parameters<typeof program>[1]) =>
  program(fn, rules).instructions.flatMap((i) =>
    i.kind === "region" && i.rounds.kind === "each"
      ? [i.rounds.own?.rounds ?? i.rounds.dim.size]
      : [],
  );

describe("a loop over a dim that is split", () => {
  it("moves nothing, and each device has the rounds of its slice", () => {
    expect(printed(program(mapped))).toMatchInlineSnapshot(`
      "program on mesh data:4,model:2
        %0 f32[chunk=8@data, row=4, embd=16] = input 0
        %1 f32[embd=16, ff=32@model] = input 1
        for each of chunk=8@data with %2 = %0[chunk], %3 = %1
          %4 f32[row=4, ff=32@model] = einsum(%2, %3)
          %5 f32[row=4, ff=32@model] = tanh(%4)
        %6 f32[chunk=8@data, row=4, ff=32@model] = stack of %5
        output  = %6"
    `);
  });

  it("leaves a sum owed, of which each device has the terms of its slice", () => {
    expect(printed(program(added))).toMatchInlineSnapshot(`
      "program on mesh data:4,model:2
        %0 f32[chunk=8@data, row=4, embd=16] = input 0
        %1 f32[embd=16, ff=32@model] = input 1
        for each of chunk=8@data with %2 = %0[chunk], %3 = %1
          %4 f32[row=4, ff=32@model] = einsum(%2, %3)
          %5 f32[row=4, ff=32@model] = tanh(%4)
          %6 f32[row=4, ff=32@model] = square(%5)
        %7 f32[row=4, ff=32@model] partial(data) = sum of %6
        %8 f32[row=4, ff=32@model] = all-reduce(sum, data) %7  3,072 B  region
        output  = %8"
    `);
  });

  it("backward as well", () => {
    expect(roundsIn(gradients)).toEqual([2, 2]);
  });

  it("gathers it where rounds depend on each other, or devices would meet unevenly", () => {
    const carrying = (xs: Xs, w: Weights) =>
      scan(
        chunk,
        (h: Slice, x: Slice) => [tanh(add(h, x)), layer(h, w)] as const,
        sum(xs, "chunk"),
        xs,
      )[1];
    const branching = (xs: Xs, w: Weights) =>
      mapOver(
        chunk,
        (h) =>
          cond(
            greater(sum(h), 0),
            () => layer(h, w),
            () => layer(square(h), w),
          ),
        xs,
      );
    const told = (xs: Xs, w: Weights) =>
      mapOver(chunk, (h) => layer(withLayout(h, { row: "data" }), w), xs);
    for (const fn of [carrying, branching, told]) expect(roundsIn(fn)).toEqual([8]);
    expect(roundsIn(mapped, { chunk: ["data", "model"] })).toEqual([1]);
  });
  it("gathers weights that lie in slices along the axis, or the dim, as costs less", () => {
    const roundsFor = (rows: number, width: number) => {
      const sizes = defineDims({ chunk: 8, row: rows, embd: 16, ff: width });
      const layout = defineLayout({ dims: sizes, mesh, rules: { chunk: "data", ff: "data" } });
      const given = [
        placeholder([sizes.chunk, sizes.row, sizes.embd]),
        placeholder([sizes.embd, sizes.ff]),
      ] as const;
      const [loop] = lower(mapped, { layout, inputs: given }).program.instructions.filter(
        ({ kind }) => kind === "region",
      );
      return (
        loop?.kind === "region" && loop.rounds.kind === "each" && (loop.rounds.own?.rounds ?? 8)
      );
    };
    expect([roundsFor(2 ** 16, 32), roundsFor(1, 2 ** 16)]).toEqual([2, 8]);
  });

  it("reduces sums in each round where the layout says so", () => {
    const layout = defineLayout({
      dims,
      mesh,
      rules: { chunk: "data", ff: "model" },
      storage: { total: { row: "data" } },
      sums: "split",
    });
    const total = (...all: typeof inputs) => ({ total: added(...all) });
    expect(printed(lower(total, { layout, inputs }).program)).toMatchInlineSnapshot(`
      "program on mesh data:4,model:2
        %0 f32[chunk=8@data, row=4, embd=16] = input 0
        %1 f32[embd=16, ff=32@model] = input 1
        for each of chunk=8@data with %2 = %0[chunk], %3 = %1
          %4 f32[row=4, ff=32@model] = einsum(%2, %3)
          %5 f32[row=4, ff=32@model] = tanh(%4)
          %6 f32[row=4, ff=32@model] = square(%5)
          %7 f32[row=4@data, ff=32@model] = reduce-scatter(sum, data) %6  1,536 B  square
        %8 f32[row=4@data, ff=32@model] = sum of %7
        output total = %8"
    `);
  });
});

describe.each([
  ["as many for each", 8],
  ["more for some", 7],
] as const)("%s: values, gradients, bytes and memory", (_, size) => {
  const own: Dimension<"chunk"> = dimension("chunk", size);
  const given = [placeholder([own, row, embd]), placeholder([embd, ff])] as const;
  const data = [size * 4 * 16, 16 * 32].map((n, i) => Float32Array.from(numbers(n, i + 1)));
  const all = (xs: Xs, w: Weights) => {
    const many = (x: Xs, v: Weights) => mapOver(own, (h) => layer(h, v), x);
    const total = ([x, v]: readonly [Xs, Weights]) => sum(square(many(x, v)));
    return [many(xs, w), accumulate(own, (h) => layer(h, w), xs), ...grad(total)([xs, w])] as const;
  };

  const split = { storage: { "1": { row: "data" }, "2": { ff: "data" } }, sums: "split" } as const;
  const both = { storage: { "": { embd: "model", ff: "data" } }, sums: "split" } as const;
  it.each([
    [{ chunk: "data" }, {}],
    [{ chunk: ["data", "model"] }, {}],
    [{ chunk: "model", ff: "data" }, {}],
    [{ row: "data", chunk: "model" }, {}],
    [{ chunk: "data", ff: "data" }, {}],
    [{ chunk: "data" }, split],
    [{ chunk: ["data", "model"] }, split],
    [{ chunk: ["data", "model"], ff: "data" }, both],
  ] as const)("%j %j", async (rules, more) => {
    const expected = evaluate(trace(all, given as never).graph, data);
    const devices = await simulator(mesh);
    const layout = defineLayout({ dims: { ...dims, chunk: own }, mesh, rules, ...more });
    const lowered = lower(all, { layout, inputs: given });
    const results = await (await devices.load(lowered))(...(data as [Float32Array, Float32Array]));
    const usage = await devices.usage();
    for (const [i, result] of results.entries()) {
      const numbers = await readFloat64(result as never);
      expected[i]!.forEach((x, at) => {
        expect(numbers[at]).toBeCloseTo(x as number, 4);
      });
    }
    const received = usage.reduce((n, device) => n + device.bytesReceived, 0);
    expect(received).toBe(ledger(lowered.program).bytes);
    const peak = Math.max(...usage.map((device) => device.peakBytes));
    expect(peak).toBeLessThanOrEqual(memoryPlan(lowered.program).peakBytes);
    await devices.close();
  });
});
