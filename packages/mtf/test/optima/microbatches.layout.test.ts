import { describe, expect, it } from "vitest";
import { defaultMachine } from "../../src/cost/machineModel.ts";
import {
  type AdamState,
  accumulate,
  adam,
  defineMesh,
  dimension,
  ledger,
  lower,
  memoryPlan,
  type Program,
  placeholder,
  type Tensor,
} from "../../src/index.ts";
import { defineLayout } from "../../src/layout.ts";
import { programFor, type Rules, summary } from "./collectives.ts";
import { dims, forwardBackward, type Params, state } from "./transformer.ts";

// The stages of ZeRO (Rajbhandari et al., 2020) where a step's batch is computed in parts.

const part = dimension("part", 3);
const mesh = defineMesh("data:2");
const rests = { embd: "data", ff: "data", position: "data" } as const;
const { batch, length } = dims;

type Rows = Tensor<"part" | "batch" | "length", "int32">;
const rows = (): Rows => placeholder([part, batch, length], "int32");
const inputs = [state(), rows(), rows()] as const;

function step(before: AdamState<Params>, tokens: Rows, labels: Rows): AdamState<Params> {
  const gradient = accumulate(
    part,
    (token, label) => forwardBackward(before.params, token, label)[1],
    tokens,
    labels,
  );
  return adam(before, gradient, { rate: 1e-3 });
}

const stage = (more: Omit<Rules, "rules">): Program =>
  programFor(step, inputs, mesh, { rules: { batch: "data" }, ...more }, [0]);

const state1 = { mean: rests, variance: rests };

describe("microbatches", () => {
  it("stage 1: gradients are held whole, reduced once, and the update is gathered", () => {
    expect(summary(stage({ storage: state1 }))).toMatchInlineSnapshot(`
      "1 x   forward all-reduce(data) [] 8 B sum
      1 x   backward reduce-scatter(data) [length=8, embd=16] 512 B sum
      1 x forward reduce-scatter(data) [vocab=20, embd=16] 1,280 B region
      14 x forward reduce-scatter(data) [embd=16] 64 B region
      6 x forward reduce-scatter(data) [embd=16, heads=2, kv=6] 768 B region
      2 x forward reduce-scatter(data) [heads=2, kv=6, embd=16] 768 B region
      2 x forward reduce-scatter(data) [embd=16, ff=32] 2,048 B region
      2 x forward reduce-scatter(data) [ff=32] 128 B region
      2 x forward reduce-scatter(data) [ff=32, embd=16] 2,048 B region
      1 x update all-gather(data) [vocab=20, embd=16] 1,280 B adam
      1 x update all-gather(data) [position=12, embd=16] 768 B adam
      14 x update all-gather(data) [embd=16] 64 B adam
      6 x update all-gather(data) [embd=16, heads=2, kv=6] 768 B adam
      2 x update all-gather(data) [heads=2, kv=6, embd=16] 768 B adam
      2 x update all-gather(data) [embd=16, ff=32] 2,048 B adam
      2 x update all-gather(data) [ff=32] 128 B adam
      2 x update all-gather(data) [ff=32, embd=16] 2,048 B adam
      moved 35,864 B, held 84,484 B"
    `);
  });

  it("stage 2: gradients are reduced in every round and held split", () => {
    expect(summary(stage({ storage: state1, sums: "split" }))).toMatchInlineSnapshot(`
      "1 x   forward all-reduce(data) [] 8 B sum
      10 x   backward reduce-scatter(data) [embd=16] 64 B layerNormGrad
      4 x   backward reduce-scatter(data) [embd=16] 64 B sum
      2 x   backward reduce-scatter(data) [ff=32, embd=16] 2,048 B einsum
      2 x   backward reduce-scatter(data) [ff=32] 128 B sum
      2 x   backward reduce-scatter(data) [embd=16, ff=32] 2,048 B einsum
      2 x   backward reduce-scatter(data) [heads=2, kv=6, embd=16] 768 B einsum
      6 x   backward reduce-scatter(data) [embd=16, heads=2, kv=6] 768 B einsum
      1 x   backward reduce-scatter(data) [length=8, embd=16] 512 B sum
      1 x   backward reduce-scatter(data) [vocab=20, embd=16] 1,280 B add
      1 x update all-gather(data) [vocab=20, embd=16] 1,280 B adam
      1 x update all-gather(data) [position=12, embd=16] 768 B adam
      14 x update all-gather(data) [embd=16] 64 B adam
      6 x update all-gather(data) [embd=16, heads=2, kv=6] 768 B adam
      2 x update all-gather(data) [heads=2, kv=6, embd=16] 768 B adam
      2 x update all-gather(data) [embd=16, ff=32] 2,048 B adam
      2 x update all-gather(data) [ff=32] 128 B adam
      2 x update all-gather(data) [ff=32, embd=16] 2,048 B adam
      moved 69,400 B, held 76,004 B"
    `);
  });

  it("stage 3: parameters are gathered in every round as well", () => {
    expect(summary(stage({ storage: { "": rests }, sums: "split" }))).toMatchInlineSnapshot(`
      "1 x   forward all-gather(data) [vocab=20, embd=16] 1,280 B gather
      1 x   forward all-gather(data) [length=8, embd=16] 512 B add
      10 x   forward all-gather(data) [embd=16] 64 B layerNorm
      6 x   forward all-gather(data) [embd=16, heads=2, kv=6] 768 B einsum
      2 x   forward all-gather(data) [heads=2, kv=6, embd=16] 768 B einsum
      4 x   forward all-gather(data) [embd=16] 64 B add
      2 x   forward all-gather(data) [embd=16, ff=32] 2,048 B einsum
      2 x   forward all-gather(data) [ff=32] 128 B add
      2 x   forward all-gather(data) [ff=32, embd=16] 2,048 B einsum
      1 x   forward all-reduce(data) [] 8 B sum
      1 x   backward all-gather(data) [vocab=20, embd=16] 1,280 B einsum
      5 x   backward all-gather(data) [embd=16] 64 B layerNormGrad
      10 x   backward reduce-scatter(data) [embd=16] 64 B layerNormGrad
      4 x   backward reduce-scatter(data) [embd=16] 64 B sum
      2 x   backward all-gather(data) [ff=32, embd=16] 2,048 B einsum
      2 x   backward reduce-scatter(data) [ff=32, embd=16] 2,048 B einsum
      2 x   backward reduce-scatter(data) [ff=32] 128 B sum
      2 x   backward all-gather(data) [embd=16, ff=32] 2,048 B einsum
      2 x   backward reduce-scatter(data) [embd=16, ff=32] 2,048 B einsum
      2 x   backward all-gather(data) [heads=2, kv=6, embd=16] 768 B einsum
      2 x   backward reduce-scatter(data) [heads=2, kv=6, embd=16] 768 B einsum
      6 x   backward all-gather(data) [embd=16, heads=2, kv=6] 768 B einsum
      6 x   backward reduce-scatter(data) [embd=16, heads=2, kv=6] 768 B einsum
      1 x   backward reduce-scatter(data) [length=8, embd=16] 512 B sum
      1 x   backward reduce-scatter(data) [vocab=20, embd=16] 1,280 B add
      moved 151,512 B, held 67,236 B"
    `);
  });

  it("parameters that are kept are gathered once for all rounds", () => {
    expect(summary(stage({ storage: { "": rests }, stored: "keep" }))).toMatchInlineSnapshot(`
      "1 x forward all-gather(data) [vocab=20, embd=16] 1,280 B gather
      1 x forward all-gather(data) [length=8, embd=16] 512 B add
      10 x forward all-gather(data) [embd=16] 64 B layerNorm
      6 x forward all-gather(data) [embd=16, heads=2, kv=6] 768 B einsum
      2 x forward all-gather(data) [heads=2, kv=6, embd=16] 768 B einsum
      4 x forward all-gather(data) [embd=16] 64 B add
      2 x forward all-gather(data) [embd=16, ff=32] 2,048 B einsum
      2 x forward all-gather(data) [ff=32] 128 B add
      2 x forward all-gather(data) [ff=32, embd=16] 2,048 B einsum
      1 x   forward all-reduce(data) [] 8 B sum
      1 x   backward reduce-scatter(data) [length=8, embd=16] 512 B sum
      1 x forward reduce-scatter(data) [vocab=20, embd=16] 1,280 B region
      14 x forward reduce-scatter(data) [embd=16] 64 B region
      6 x forward reduce-scatter(data) [embd=16, heads=2, kv=6] 768 B region
      2 x forward reduce-scatter(data) [heads=2, kv=6, embd=16] 768 B region
      2 x forward reduce-scatter(data) [embd=16, ff=32] 2,048 B region
      2 x forward reduce-scatter(data) [ff=32] 128 B region
      2 x forward reduce-scatter(data) [ff=32, embd=16] 2,048 B region
      moved 35,608 B, held 92,996 B"
    `);
  });

  it("each stage holds less than the one before", () => {
    const held = [
      stage({}),
      stage({ storage: state1 }),
      stage({ storage: state1, sums: "split" }),
      stage({ storage: { "": rests }, sums: "split" }),
    ].map((program) => memoryPlan(program).peakBytes);
    expect(held).toEqual([...held].sort((a, b) => b - a));
    expect(new Set(held).size).toBe(held.length);
  });

  it("gradients are held whole where the layout does not say, unless that is too much", () => {
    const layout = defineLayout({ dims, mesh, rules: { batch: "data" }, storage: state1 });
    const on = (capacity: number) => {
      const machine = { ...defaultMachine, capacity };
      return lower(step, { layout, inputs, donate: [0], machine }).program;
    };
    const [whole, split] = [stage({ storage: state1 }), stage({ storage: state1, sums: "split" })];
    const bytes = (program: Program) => ledger(program).bytes;
    const { peakBytes } = memoryPlan(whole);
    expect(bytes(on(peakBytes))).toBe(bytes(whole));
    expect(bytes(on(peakBytes - 1))).toBe(bytes(split));
    // What fits neither way holds less.
    expect(bytes(on(1))).toBe(bytes(split));
  });
});
