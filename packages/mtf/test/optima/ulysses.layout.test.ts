import { describe, expect, it } from "vitest";
import {
  defineDims,
  defineLayout,
  defineMesh,
  lower,
  mean,
  placeholder,
  type Scalar,
  square,
  valueAndGrad,
  withLayout,
} from "../../src/index.ts";
import { attend, type Heads } from "./block.ts";
import { summary } from "./collectives.ts";

// Attention over a long sequence that is split over the devices.

const dims = defineDims({ batch: 1, length: 1024, memory: 1024, heads: 8, kv: 32 });
const { batch, length, heads, kv } = dims;
const layout = defineLayout({ dims, mesh: defineMesh("seq:4"), rules: { length: "seq" } });
const given = placeholder([batch, length, heads, kv]);
const inputs = [given, given, given] as const;
type Three = readonly [query: Heads, key: Heads, value: Heads];

const pinned = (...all: Three): Heads => {
  const [query, key, value] = all.map((x) => withLayout(x, { heads: "seq", length: [] }));
  return withLayout(attend(query!, key!, value!), { length: "seq" });
};
const lossOf =
  (fn: (...all: Three) => Heads) =>
  (all: Three): Scalar =>
    mean(square(fn(...all)));

describe("Ulysses' layout of attention", () => {
  it("queries, keys and values go from length to heads, and what is read goes back", () => {
    expect(summary(lower(pinned, { layout, inputs }).program)).toMatchInlineSnapshot(`
      "4 x forward all-to-all(seq) [batch=1, length=1024, heads=8, kv=32] 786,432 B withLayout
      moved 3,145,728 B, held 9,961,472 B"
    `);
  });

  it("backward as many go the other way", () => {
    const { program } = lower(valueAndGrad(lossOf(pinned)), { layout, inputs: [inputs] });
    expect(summary(program)).toMatchInlineSnapshot(`
      "4 x forward all-to-all(seq) [batch=1, length=1024, heads=8, kv=32] 786,432 B withLayout
      1 x backward all-to-all(seq) [batch=1, length=1024, heads=8, kv=32] 786,432 B einsum
      1 x forward all-reduce(seq) [] 24 B sum
      3 x backward all-to-all(seq) [batch=1, length=1024, heads=8, kv=32] 786,432 B withLayout
      moved 6,291,480 B, held 18,612,228 B"
    `);
  });

  it("is found without being told, forward and backward", () => {
    expect(summary(lower(attend, { layout, inputs }).program)).toMatchInlineSnapshot(`
      "2 x forward all-to-all(seq) [batch=1, length=1024, heads=8, kv=32] 786,432 B einsum
      2 x forward all-to-all(seq) [batch=1, memory=1024, heads=8, kv=32] 786,432 B einsum
      moved 3,145,728 B, held 9,699,328 B"
    `);
    const { program } = lower(valueAndGrad(lossOf(attend)), { layout, inputs: [inputs] });
    expect(summary(program)).toMatchInlineSnapshot(`
      "1 x forward all-to-all(seq) [batch=1, length=1024, heads=8, kv=32] 786,432 B einsum
      2 x forward all-to-all(seq) [batch=1, memory=1024, heads=8, kv=32] 786,432 B einsum
      2 x backward all-to-all(seq) [batch=1, memory=1024, heads=8, kv=32] 786,432 B rename
      1 x forward all-reduce(seq) [] 24 B sum
      1 x backward all-to-all(seq) [batch=1, length=1024, heads=8, kv=32] 786,432 B einsum
      moved 4,718,616 B, held 18,612,228 B"
    `);
  });
});
