import { describe, expect, it } from "vitest";
import { defineLayout, defineMesh, lower, valueAndGrad } from "../../src/index.ts";
import { activation, dims, feedForward, lossOf, params } from "./block.ts";
import { summary } from "./collectives.ts";

const mesh = defineMesh("row:2,column:2");
const layout = defineLayout({ dims, mesh, rules: { embd: "row", ff: "column" } });
const { up, down } = params;
const inputs = [{ up, down }, activation] as const;

describe("the layout of a feed-forward over two axes", () => {
  it("each product's sum over one axis, weights split over both and never moved", () => {
    const { program } = lower(feedForward, { layout, inputs });
    expect(summary(program)).toMatchInlineSnapshot(`
      "1 x forward all-reduce(row) [batch=2, length=32, ff=1024] 524,288 B einsum
      1 x forward all-reduce(column) [batch=2, length=32, embd=256] 131,072 B einsum
      moved 655,360 B, held 819,200 B"
    `);
  });

  it("backward as well", () => {
    const { program } = lower(valueAndGrad(lossOf(feedForward)), { layout, inputs });
    expect(summary(program)).toMatchInlineSnapshot(`
      "1 x forward all-reduce(row) [batch=2, length=32, ff=1024] 524,288 B einsum
      1 x forward all-reduce(column) [batch=2, length=32, embd=256] 131,072 B einsum
      1 x backward all-reduce(row) [batch=2, length=32, ff=1024] 524,288 B einsum
      1 x forward all-reduce(row) [] 16 B sum
      moved 1,179,664 B, held 1,245,188 B"
    `);
  });
});
