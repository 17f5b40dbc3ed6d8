import { describe, expect, it } from "vitest";
import { defineMesh, ledger, memoryPlan } from "../../src/index.ts";
import { moved, printed, programFor, summary } from "./collectives.ts";
import { forwardBackward, loss, params, tokens } from "./transformer.ts";

const mesh = defineMesh("model:2");
const inputs = [params(), tokens(), tokens()] as const;
// batch · length · embd numbers of 4 bytes, received twice, by a group of two: 2 (n - 1) S.
const activation = 2 * 4 * 8 * 16 * 4;
const row = 2 * 4 * 8 * 4;

describe("tensor-parallel layout: heads, ff and vocab over an axis", () => {
  it("two activations a block forward, two backward", () => {
    const rules = { heads: "model", ff: "model" };
    const program = programFor(forwardBackward, inputs, mesh, { rules });
    expect(moved(program, "forward", "batch length embd")).toEqual(Array(4).fill(activation));
    expect(moved(program, "backward", "batch length embd")).toEqual(Array(4).fill(activation));
    expect(ledger(program).bytes).toBe(8 * activation);
    expect(summary(program)).toMatchInlineSnapshot(`
      "4 x forward all-reduce(model) [batch=4, length=8, embd=16] 4,096 B einsum
      4 x backward all-reduce(model) [batch=4, length=8, embd=16] 4,096 B einsum
      moved 32,768 B, held 54,660 B"
    `);
  });

  it("with a split vocabulary one more each way, and three numbers a position", () => {
    const rules = { heads: "model", ff: "model", vocab: "model" };
    const program = programFor(forwardBackward, inputs, mesh, { rules });
    expect(moved(program, "forward", "batch length embd")).toEqual(Array(5).fill(activation));
    expect(moved(program, "backward", "batch length embd")).toEqual(Array(5).fill(activation));
    expect(moved(program, "forward", "batch length")).toEqual(Array(3).fill(row));
    expect(ledger(program).bytes).toBe(10 * activation + 3 * row);
    expect(summary(program)).toMatchInlineSnapshot(`
      "1 x forward all-reduce(model) [batch=4, length=8, embd=16] 4,096 B gather
      4 x forward all-reduce(model) [batch=4, length=8, embd=16] 4,096 B einsum
      1 x forward all-reduce(model) max [batch=4, length=8] 256 B max
      2 x forward all-reduce(model) [batch=4, length=8] 256 B sum
      5 x backward all-reduce(model) [batch=4, length=8, embd=16] 4,096 B einsum
      moved 41,728 B, held 52,100 B"
    `);
  });

  it("a device holds no more than without the axis", () => {
    const rules = { heads: "model", ff: "model", vocab: "model" };
    const split = programFor(forwardBackward, inputs, mesh, { rules });
    const whole = programFor(forwardBackward, inputs, mesh, { rules: {} });
    expect(memoryPlan(split).peakBytes).toBeLessThan(memoryPlan(whole).peakBytes);
    expect(ledger(whole).entries).toEqual([]);
  });

  it("prints", () => {
    const rules = { heads: "model", ff: "model", vocab: "model" };
    expect(printed(programFor(loss, inputs, mesh, { rules }))).toMatchInlineSnapshot(`
      "program on mesh model:2
        %0 f32[vocab=20@model, embd=16] = input 0/tokens
        %1 f32[position=12, embd=16] = input 0/positions
        %2 f32[embd=16] = input 0/blocks/0/attentionNorm/gain
        %3 f32[embd=16] = input 0/blocks/0/attentionNorm/bias
        %4 f32[embd=16, heads=2@model, kv=6] = input 0/blocks/0/query
        %5 f32[embd=16, heads=2@model, kv=6] = input 0/blocks/0/key
        %6 f32[embd=16, heads=2@model, kv=6] = input 0/blocks/0/value
        %7 f32[heads=2@model, kv=6, embd=16] = input 0/blocks/0/out
        %8 f32[embd=16] = input 0/blocks/0/outBias
        %9 f32[embd=16] = input 0/blocks/0/feedNorm/gain
        %10 f32[embd=16] = input 0/blocks/0/feedNorm/bias
        %11 f32[embd=16, ff=32@model] = input 0/blocks/0/up
        %12 f32[ff=32@model] = input 0/blocks/0/upBias
        %13 f32[ff=32@model, embd=16] = input 0/blocks/0/down
        %14 f32[embd=16] = input 0/blocks/0/downBias
        %15 f32[embd=16] = input 0/blocks/1/attentionNorm/gain
        %16 f32[embd=16] = input 0/blocks/1/attentionNorm/bias
        %17 f32[embd=16, heads=2@model, kv=6] = input 0/blocks/1/query
        %18 f32[embd=16, heads=2@model, kv=6] = input 0/blocks/1/key
        %19 f32[embd=16, heads=2@model, kv=6] = input 0/blocks/1/value
        %20 f32[heads=2@model, kv=6, embd=16] = input 0/blocks/1/out
        %21 f32[embd=16] = input 0/blocks/1/outBias
        %22 f32[embd=16] = input 0/blocks/1/feedNorm/gain
        %23 f32[embd=16] = input 0/blocks/1/feedNorm/bias
        %24 f32[embd=16, ff=32@model] = input 0/blocks/1/up
        %25 f32[ff=32@model] = input 0/blocks/1/upBias
        %26 f32[ff=32@model, embd=16] = input 0/blocks/1/down
        %27 f32[embd=16] = input 0/blocks/1/downBias
        %28 f32[embd=16] = input 0/norm/gain
        %29 f32[embd=16] = input 0/norm/bias
        %30 i32[batch=4, length=8] = input 1
        %31 i32[batch=4, length=8] = input 2
        %32 f32[position=8, embd=16] = slice(%1, dim=position, begin=0)
        %33 f32[length=8, embd=16] = rename(%32, from=position, to=length)
        %34 f32[batch=4, length=8, embd=16] partial(model) = gather(%0, %30, dim=vocab)
        %35 f32[batch=4, length=8, embd=16] = all-reduce(sum, model) %34                                  4,096 B  gather
        %36 f32[batch=4, length=8, embd=16] = add(%35, %33)
        %37 f32[batch=4, length=8, embd=16], %38 f32[batch=4, length=8], %39 f32[batch=4, length=8] = layerNorm(%36, %2, %3, over=embd, epsilon=0.00001)
        %40 f32[batch=4, memory_length=8, embd=16] = rename(%37, from=length, to=memory_length)
        %41 f32[batch=4, length=8, heads=2@model, kv=6] = einsum(%37, %4)
        %42 f32[batch=4, memory_length=8, heads=2@model, kv=6] = einsum(%40, %5)
        %43 f32[batch=4, memory_length=8, heads=2@model, kv=6] = einsum(%40, %6)
        %44 i32[memory_length=8] = iota()
        %45 i32[length=8, memory_length=8] = broadcast(%44)
        %46 i32[length=8] = iota()
        %47 bool[length=8, memory_length=8] = lessEqual(%45, %46)
        %48 f32[batch=4, heads=2@model, length=8, memory_length=8] = einsum(%41, %42)
        %49 f32[batch=4, heads=2@model, length=8, memory_length=8] = where(%47, %48, -1000000000)
        %50 f32[batch=4, heads=2@model, length=8, memory_length=8] = softmax(%49, over=memory_length)
        %51 f32[batch=4, heads=2@model, length=8, kv=6] = einsum(%50, %43)
        %52 f32[batch=4, length=8, embd=16] partial(model) = einsum(%51, %7)
        %53 f32[batch=4, length=8, embd=16] = all-reduce(sum, model) %52                                  4,096 B  einsum
        %54 f32[batch=4, length=8, embd=16] = add(%53, %8)
        %55 f32[batch=4, length=8, embd=16] = add(%36, %54)
        %56 f32[batch=4, length=8, embd=16], %57 f32[batch=4, length=8], %58 f32[batch=4, length=8] = layerNorm(%55, %9, %10, over=embd, epsilon=0.00001)
        %59 f32[batch=4, length=8, ff=32@model] = einsum(%56, %11)
        %60 f32[batch=4, length=8, ff=32@model] = add(%59, %12)
        %61 f32[batch=4, length=8, ff=32@model] = gelu(%60)
        %62 f32[batch=4, length=8, embd=16] partial(model) = einsum(%61, %13)
        %63 f32[batch=4, length=8, embd=16] = all-reduce(sum, model) %62                                  4,096 B  einsum
        %64 f32[batch=4, length=8, embd=16] = add(%63, %14)
        %65 f32[batch=4, length=8, embd=16] = add(%55, %64)
        %66 f32[batch=4, length=8, embd=16], %67 f32[batch=4, length=8], %68 f32[batch=4, length=8] = layerNorm(%65, %15, %16, over=embd, epsilon=0.00001)
        %69 f32[batch=4, memory_length=8, embd=16] = rename(%66, from=length, to=memory_length)
        %70 f32[batch=4, length=8, heads=2@model, kv=6] = einsum(%66, %17)
        %71 f32[batch=4, memory_length=8, heads=2@model, kv=6] = einsum(%69, %18)
        %72 f32[batch=4, memory_length=8, heads=2@model, kv=6] = einsum(%69, %19)
        %73 i32[memory_length=8] = iota()
        %74 i32[length=8, memory_length=8] = broadcast(%73)
        %75 i32[length=8] = iota()
        %76 bool[length=8, memory_length=8] = lessEqual(%74, %75)
        %77 f32[batch=4, heads=2@model, length=8, memory_length=8] = einsum(%70, %71)
        %78 f32[batch=4, heads=2@model, length=8, memory_length=8] = where(%76, %77, -1000000000)
        %79 f32[batch=4, heads=2@model, length=8, memory_length=8] = softmax(%78, over=memory_length)
        %80 f32[batch=4, heads=2@model, length=8, kv=6] = einsum(%79, %72)
        %81 f32[batch=4, length=8, embd=16] partial(model) = einsum(%80, %20)
        %82 f32[batch=4, length=8, embd=16] = all-reduce(sum, model) %81                                  4,096 B  einsum
        %83 f32[batch=4, length=8, embd=16] = add(%82, %21)
        %84 f32[batch=4, length=8, embd=16] = add(%65, %83)
        %85 f32[batch=4, length=8, embd=16], %86 f32[batch=4, length=8], %87 f32[batch=4, length=8] = layerNorm(%84, %22, %23, over=embd, epsilon=0.00001)
        %88 f32[batch=4, length=8, ff=32@model] = einsum(%85, %24)
        %89 f32[batch=4, length=8, ff=32@model] = add(%88, %25)
        %90 f32[batch=4, length=8, ff=32@model] = gelu(%89)
        %91 f32[batch=4, length=8, embd=16] partial(model) = einsum(%90, %26)
        %92 f32[batch=4, length=8, embd=16] = all-reduce(sum, model) %91                                  4,096 B  einsum
        %93 f32[batch=4, length=8, embd=16] = add(%92, %27)
        %94 f32[batch=4, length=8, embd=16] = add(%84, %93)
        %95 f32[batch=4, length=8, embd=16], %96 f32[batch=4, length=8], %97 f32[batch=4, length=8] = layerNorm(%94, %28, %29, over=embd, epsilon=0.00001)
        %98 f32[batch=4, length=8, vocab=20@model] = einsum(%95, %0)
        %99 bool[batch=4, length=8] = notEqual(%31, -1)
        %100 f32[batch=4, length=8] = reduce(%98, fn=max, over=[vocab])
        %101 f32[batch=4, length=8] = all-reduce(max, model) %100                                         256 B  max
        %102 bool[batch=4, length=8] = isFinite(%101)
        %103 f32[batch=4, length=8] = where(%102, %101, 0)
        %104 f32[batch=4, length=8, vocab=20@model] = sub(%98, %103)
        %105 f32[batch=4, length=8, vocab=20@model] = exp(%104)
        %106 f32[batch=4, length=8] partial(model) = reduce(%105, fn=sum, over=[vocab])
        %107 f32[batch=4, length=8] = all-reduce(sum, model) %106                                         256 B  sum
        %108 f32[batch=4, length=8] = log(%107)
        %109 i32[vocab=20@model] = iota()
        %110 bool[batch=4, length=8, vocab=20@model] = equal(%109, %31)
        %111 f32[batch=4, length=8, vocab=20@model] = where(%110, %98, 0)
        %112 f32[batch=4, length=8] partial(model) = reduce(%111, fn=sum, over=[vocab])
        %113 f32[batch=4, length=8] = all-reduce(sum, model) %112                                         256 B  sum
        %114 f32[batch=4, length=8] = sub(%103, %113)
        %115 f32[batch=4, length=8] = add(%108, %114)
        %116 bool[batch=4, length=8] = greaterEqual(%31, 0)
        %117 bool[batch=4, length=8] = less(%31, 20)
        %118 bool[batch=4, length=8] = and(%116, %117)
        %119 f32[batch=4, length=8] = where(%118, %115, 0)
        %120 f32[] = reduce(%119, fn=sum, over=[batch length])
        %121 f32[batch=4, length=8] = toFloat32(%99)
        %122 f32[] = reduce(%121, fn=sum, over=[batch length])
        %123 f32[] = div(%120, %122)
        output  = %123"
    `);
  });
});
