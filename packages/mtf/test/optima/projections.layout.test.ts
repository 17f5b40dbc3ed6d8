import { describe, expect, it } from "vitest";
import {
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  type LayoutRules,
  lower,
  placeholder,
  type Tensor,
} from "../../src/index.ts";
import { summary } from "./collectives.ts";

const dims = defineDims({ batch: 8, length: 64, embd: 256, heads: 8, kv: 32 });
const { batch, length, embd, heads, kv } = dims;
const mesh = defineMesh("model:4");
const weight = placeholder([embd, heads, kv]);
const inputs = [placeholder([batch, length, embd]), weight, weight, weight] as const;

type Weight = Tensor<"embd" | "heads" | "kv">;
const project = (x: Tensor<"batch" | "length" | "embd">, ...weights: readonly Weight[]) =>
  weights.map((w) => einsum(x, w, "batch", "length", "heads", "kv"));

function collectives(rules: LayoutRules<keyof typeof dims>): string {
  const layout = defineLayout<keyof typeof dims, string>({ dims, mesh, rules });
  return summary(lower(project, { layout, inputs }).program);
}

describe("the layout of three projections of one activation", () => {
  it("one gather of the activation serves all, where each alone would gather its weight", () => {
    expect(collectives({ heads: "model", batch: "model" })).toMatchInlineSnapshot(`
      "1 x forward all-gather(model) [batch=8, length=64, embd=256] 1,572,864 B einsum
      moved 1,572,864 B, held 1,245,184 B"
    `);
  });

  it("the weights are gathered where that is what costs least together", () => {
    expect(collectives({ batch: "model", heads: "model" })).toMatchInlineSnapshot(`
      "3 x forward all-gather(model) [embd=256, heads=8, kv=32] 786,432 B einsum
      moved 2,359,296 B, held 983,040 B"
    `);
  });

  it("weights that are cut along the contracted dim turn, the activation is gathered", () => {
    expect(collectives({ embd: "model", heads: "model" })).toMatchInlineSnapshot(`
      "1 x forward all-gather(model) [batch=8, length=64, embd=256] 1,572,864 B einsum
      3 x forward all-to-all(model) [embd=256, heads=8, kv=32] 196,608 B einsum
      moved 2,162,688 B, held 1,310,720 B"
    `);
  });
});
