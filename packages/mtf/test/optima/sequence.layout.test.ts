import { describe, expect, it } from "vitest";
import { defineMesh } from "../../src/index.ts";
import { moved, programFor, summary } from "./collectives.ts";
import { forwardBackward, params, tokens } from "./transformer.ts";

const inputs = [params(), tokens(), tokens()] as const;

describe("sequence layout", () => {
  it("length split, memory whole: keys and values are gathered", () => {
    const mesh = defineMesh("seq:2");
    const program = programFor(forwardBackward, inputs, mesh, { rules: { length: "seq" } });
    const memory = 4 * 8 * 2 * 6 * 4;
    expect(moved(program, "forward", "batch memory_length heads kv")).toEqual(
      Array(4).fill(memory),
    );
    expect(moved(program, "backward", "vocab embd").length).toBe(1);
    expect(summary(program)).toMatchInlineSnapshot(`
      "4 x forward all-gather(seq) [batch=4, memory_length=8, heads=2, kv=6] 1,536 B einsum
      2 x forward all-reduce(seq) [] 8 B sum
      4 x backward reduce-scatter(seq) [batch=4, memory_length=8, heads=2, kv=6] 1,536 B einsum
      1 x backward exchange(seq) [position=12, embd=16] 512 B pad
      1 x backward all-reduce(seq) [vocab=20, embd=16] 2,560 B einsum
      10 x backward all-reduce(seq) [embd=16] 128 B layerNormGrad
      6 x backward all-reduce(seq) [embd=16, heads=2, kv=6] 1,536 B einsum
      2 x backward all-reduce(seq) [heads=2, kv=6, embd=16] 1,536 B einsum
      4 x backward all-reduce(seq) [embd=16] 128 B sum
      2 x backward all-reduce(seq) [embd=16, ff=32] 4,096 B einsum
      2 x backward all-reduce(seq) [ff=32] 256 B sum
      2 x backward all-reduce(seq) [ff=32, embd=16] 4,096 B einsum
      moved 46,352 B, held 52,484 B"
    `);
  });

  it("memory over another axis: softmax over a split dim, nothing of [length, memory] moves", () => {
    const mesh = defineMesh("seq:2,memory:2");
    const rules = { length: "seq", memory_length: "memory" };
    const program = programFor(forwardBackward, inputs, mesh, { rules });
    for (const pass of ["forward", "backward"] as const) {
      expect(moved(program, pass, "batch heads length memory_length")).toEqual([]);
    }
    expect(summary(program)).toMatchInlineSnapshot(`
      "2 x forward exchange(seq) [batch=4, length=8, embd=16] 2,048 B rename
      2 x forward all-reduce(memory) max [batch=4, heads=2, length=8] 512 B max
      2 x forward all-reduce(memory) [batch=4, heads=2, length=8] 512 B sum
      2 x forward all-reduce(memory) [batch=4, heads=2, length=8, kv=6] 3,072 B einsum
      1 x forward all-reduce(seq) [] 16 B sum
      1 x forward all-reduce(seq+memory) [] 24 B sum
      2 x backward all-reduce(memory) [batch=4, heads=2, length=8] 512 B sum
      4 x backward reduce-scatter(seq) [batch=4, memory_length=8, heads=2, kv=6] 1,536 B einsum
      2 x backward all-reduce(memory) [batch=4, length=8, heads=2, kv=6] 3,072 B einsum
      2 x backward exchange(seq+memory) [batch=4, length=8, embd=16] 3,072 B add
      1 x backward exchange(seq) [position=12, embd=16] 1,024 B pad
      1 x backward all-reduce(seq) [vocab=20, embd=16] 5,120 B einsum
      10 x backward all-reduce(seq) [embd=16] 256 B layerNormGrad
      2 x backward all-reduce(seq) [embd=16, heads=2, kv=6] 3,072 B einsum
      2 x backward all-reduce(seq) [heads=2, kv=6, embd=16] 3,072 B einsum
      4 x backward all-reduce(seq) [embd=16] 256 B sum
      2 x backward all-reduce(seq) [embd=16, ff=32] 8,192 B einsum
      2 x backward all-reduce(seq) [ff=32] 512 B sum
      2 x backward all-reduce(seq) [ff=32, embd=16] 8,192 B einsum
      4 x backward all-reduce(seq+memory) [embd=16, heads=2, kv=6] 4,608 B einsum
      moved 106,024 B, held 50,404 B"
    `);
  });
});
