import { describe, expect, it } from "vitest";
import { isTensor } from "../../src/graph/tensor.ts";
import {
  type AdamState,
  adam,
  defineMesh,
  grad,
  leavesOf,
  ledger,
  type Program,
  placeholder,
} from "../../src/index.ts";
import { splitAxes } from "../../src/program/placement.ts";
import { programFor, type Rules, summary } from "./collectives.ts";
import { dims, loss, type Params, params, plainStep, state, step } from "./transformer.ts";

const mesh = defineMesh("data:2");
// So many rows that moving parameters costs less than moving what is computed with them.
const rows = placeholder([{ ...dims.batch, size: 16 }, dims.length], "int32");
const train = [state(), rows, rows] as const;
const count = leavesOf(params(), isTensor).length;
const rests = { embd: "data", ff: "data" };

const stepFor = (rules: Omit<Rules, "rules">, fn = plainStep): Program =>
  programFor(fn, train, mesh, { rules: { batch: "data" }, ...rules }, [0]);

/** How often each collective occurs in a pass. */
function counts(program: Program): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { pass, name } of ledger(program).entries) {
    result[`${pass} ${name}`] = (result[`${pass} ${name}`] ?? 0) + 1;
  }
  return result;
}

describe("stored layout: parameters and optimizer state rest split over the data axis", () => {
  it("regather: gathered forward and backward, one reduce-scatter each", () => {
    const program = stepFor({ storage: { "": rests } });
    // Biases, positions and the gains' biases have no part in the backward pass.
    expect(counts(program)).toEqual({
      "forward all-gather": count,
      "forward all-reduce": 2,
      "backward all-gather": 18,
      "backward reduce-scatter": count,
    });
    expect(summary(program)).toMatchInlineSnapshot(`
      "1 x forward all-gather(data) [vocab=20, embd=16] 1,280 B gather
      1 x forward all-gather(data) [length=8, embd=16] 512 B add
      10 x forward all-gather(data) [embd=16] 64 B layerNorm
      6 x forward all-gather(data) [embd=16, heads=2, kv=6] 768 B einsum
      2 x forward all-gather(data) [heads=2, kv=6, embd=16] 768 B einsum
      4 x forward all-gather(data) [embd=16] 64 B add
      2 x forward all-gather(data) [embd=16, ff=32] 2,048 B einsum
      2 x forward all-gather(data) [ff=32] 128 B add
      2 x forward all-gather(data) [ff=32, embd=16] 2,048 B einsum
      2 x forward all-reduce(data) [] 8 B sum
      1 x backward all-gather(data) [vocab=20, embd=16] 1,280 B einsum
      5 x backward all-gather(data) [embd=16] 64 B layerNormGrad
      2 x backward all-gather(data) [ff=32, embd=16] 2,048 B einsum
      2 x backward all-gather(data) [embd=16, ff=32] 2,048 B einsum
      2 x backward all-gather(data) [heads=2, kv=6, embd=16] 768 B einsum
      6 x backward all-gather(data) [embd=16, heads=2, kv=6] 768 B einsum
      1 x backward reduce-scatter(data) [length=8, embd=16] 512 B sum
      1 x backward reduce-scatter(data) [vocab=20, embd=16] 1,280 B einsum
      10 x backward reduce-scatter(data) [embd=16] 64 B layerNormGrad
      6 x backward reduce-scatter(data) [embd=16, heads=2, kv=6] 768 B einsum
      2 x backward reduce-scatter(data) [heads=2, kv=6, embd=16] 768 B einsum
      4 x backward reduce-scatter(data) [embd=16] 64 B sum
      2 x backward reduce-scatter(data) [embd=16, ff=32] 2,048 B einsum
      2 x backward reduce-scatter(data) [ff=32] 128 B sum
      2 x backward reduce-scatter(data) [ff=32, embd=16] 2,048 B einsum
      moved 50,512 B, held 146,504 B"
    `);
  });

  it("keep: gathered once, one reduce-scatter each", () => {
    const program = stepFor({ storage: { "": rests }, stored: "keep" });
    expect(counts(program)).toEqual({
      "forward all-gather": count,
      "forward all-reduce": 2,
      "backward reduce-scatter": count,
    });
    expect(summary(program)).toMatchInlineSnapshot(`
      "1 x forward all-gather(data) [vocab=20, embd=16] 1,280 B gather
      1 x forward all-gather(data) [length=8, embd=16] 512 B add
      10 x forward all-gather(data) [embd=16] 64 B layerNorm
      6 x forward all-gather(data) [embd=16, heads=2, kv=6] 768 B einsum
      2 x forward all-gather(data) [heads=2, kv=6, embd=16] 768 B einsum
      4 x forward all-gather(data) [embd=16] 64 B add
      2 x forward all-gather(data) [embd=16, ff=32] 2,048 B einsum
      2 x forward all-gather(data) [ff=32] 128 B add
      2 x forward all-gather(data) [ff=32, embd=16] 2,048 B einsum
      2 x forward all-reduce(data) [] 8 B sum
      1 x backward reduce-scatter(data) [length=8, embd=16] 512 B sum
      1 x backward reduce-scatter(data) [vocab=20, embd=16] 1,280 B einsum
      10 x backward reduce-scatter(data) [embd=16] 64 B layerNormGrad
      6 x backward reduce-scatter(data) [embd=16, heads=2, kv=6] 768 B einsum
      2 x backward reduce-scatter(data) [heads=2, kv=6, embd=16] 768 B einsum
      4 x backward reduce-scatter(data) [embd=16] 64 B sum
      2 x backward reduce-scatter(data) [embd=16, ff=32] 2,048 B einsum
      2 x backward reduce-scatter(data) [ff=32] 128 B sum
      2 x backward reduce-scatter(data) [ff=32, embd=16] 2,048 B einsum
      moved 34,576 B, held 161,160 B"
    `);
  });

  it("optimizer state alone: one reduce-scatter, and one all-gather of the update", () => {
    const program = stepFor({ storage: { mean: rests, variance: rests } });
    expect(counts(program)).toEqual({
      "forward all-reduce": 2,
      "backward reduce-scatter": count,
      "update all-gather": count,
    });
    expect(summary(program)).toMatchInlineSnapshot(`
      "2 x forward all-reduce(data) [] 8 B sum
      1 x backward reduce-scatter(data) [length=8, embd=16] 512 B sum
      1 x backward reduce-scatter(data) [vocab=20, embd=16] 1,280 B einsum
      10 x backward reduce-scatter(data) [embd=16] 64 B layerNormGrad
      6 x backward reduce-scatter(data) [embd=16, heads=2, kv=6] 768 B einsum
      2 x backward reduce-scatter(data) [heads=2, kv=6, embd=16] 768 B einsum
      4 x backward reduce-scatter(data) [embd=16] 64 B sum
      2 x backward reduce-scatter(data) [embd=16, ff=32] 2,048 B einsum
      2 x backward reduce-scatter(data) [ff=32] 128 B sum
      2 x backward reduce-scatter(data) [ff=32, embd=16] 2,048 B einsum
      1 x update all-gather(data) [vocab=20, embd=16] 1,280 B adam
      1 x update all-gather(data) [position=12, embd=16] 768 B adam
      14 x update all-gather(data) [embd=16] 64 B adam
      6 x update all-gather(data) [embd=16, heads=2, kv=6] 768 B adam
      2 x update all-gather(data) [heads=2, kv=6, embd=16] 768 B adam
      2 x update all-gather(data) [embd=16, ff=32] 2,048 B adam
      2 x update all-gather(data) [ff=32] 128 B adam
      2 x update all-gather(data) [ff=32, embd=16] 2,048 B adam
      moved 34,832 B, held 155,272 B"
    `);
  });

  it("gradients and optimizer state: as much as of the state alone, gradients given in slices", () => {
    const fn = (own: AdamState<Params>, token: typeof rows, label: typeof rows) => {
      const gradient = grad(loss)(own.params, token, label);
      return { next: adam(own, gradient, { rate: 1e-3 }), gradient };
    };
    const storage = { mean: rests, variance: rests, gradient: rests };
    const program = programFor(fn, train, mesh, { rules: { batch: "data" }, storage }, [0]);
    const { "forward all-reduce": _, ...own } = counts(program);
    expect(own).toEqual({ "backward reduce-scatter": count, "update all-gather": count });
    const { values, outputs } = program;
    const given = outputs.filter(({ path }) => path.startsWith("gradient"));
    const whole = given.filter(({ value }) => splitAxes(values[value]!.placement).length === 0);
    expect(whole.map(({ path }) => path)).toEqual([]);
  });

  it("and the global norm: one scalar more", () => {
    const storage = { mean: rests, variance: rests };
    const [plain, clipped] = [plainStep, step].map((fn) => ledger(stepFor({ storage }, fn)));
    expect(clipped!.bytes - plain!.bytes).toBe(8);
  });
});
