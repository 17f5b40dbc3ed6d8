import { describe, expect, it } from "vitest";
import {
  defineLayout,
  defineMesh,
  type LayoutRules,
  lower,
  type Program,
  valueAndGrad,
} from "../../src/index.ts";
import { activation, block, dims, lossOf, params } from "./block.ts";
import { summary } from "./collectives.ts";

const mesh = defineMesh("model:4");
const both = valueAndGrad(lossOf(block));
const inputs = [params, activation] as const;

function program(
  fn: (...args: typeof inputs) => unknown,
  rules: LayoutRules<keyof typeof dims>,
): Program {
  const layout = defineLayout<keyof typeof dims, string>({ dims, mesh, rules });
  return lower(fn as (...args: readonly unknown[]) => unknown, { layout, inputs }).program;
}

describe("Megatron's layout of a block", () => {
  const rules = { heads: "model", ff: "model" };

  it("one all-reduce for attention and one for the feed-forward, each way", () => {
    expect(summary(program(block, rules))).toMatchInlineSnapshot(`
      "2 x forward all-reduce(model) [batch=2, length=32, embd=256] 393,216 B einsum
      moved 786,432 B, held 1,052,672 B"
    `);
    expect(summary(program(both, rules))).toMatchInlineSnapshot(`
      "2 x forward all-reduce(model) [batch=2, length=32, embd=256] 393,216 B einsum
      2 x backward all-reduce(model) [batch=2, length=32, embd=256] 393,216 B einsum
      moved 1,572,864 B, held 1,923,588 B"
    `);
  });

  it("with activations split over the sequence between: gathered before, scattered after", () => {
    const parallel = { ...rules, length: "model" };
    expect(summary(program(block, parallel))).toMatchInlineSnapshot(`
      "2 x forward all-gather(model) [batch=2, length=32, embd=256] 196,608 B einsum
      2 x forward reduce-scatter(model) [batch=2, length=32, embd=256] 196,608 B einsum
      moved 786,432 B, held 954,368 B"
    `);
    expect(summary(program(both, parallel))).toMatchInlineSnapshot(`
      "2 x forward all-gather(model) [batch=2, length=32, embd=256] 196,608 B einsum
      2 x forward reduce-scatter(model) [batch=2, length=32, embd=256] 196,608 B einsum
      2 x backward all-gather(model) [batch=2, length=32, embd=256] 196,608 B einsum
      2 x backward reduce-scatter(model) [batch=2, length=32, embd=256] 196,608 B einsum
      1 x forward all-reduce(model) [] 24 B sum
      4 x backward all-reduce(model) [embd=256] 6,144 B layerNormGrad
      moved 1,597,464 B, held 1,874,052 B"
    `);
  });

  it("is the same whichever rule comes first", () => {
    for (const fn of [block, both]) {
      const first = summary(program(fn, { length: "model", ...rules }));
      expect(first).toBe(summary(program(fn, { ...rules, length: "model" })));
    }
  });
});
