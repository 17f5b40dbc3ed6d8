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
      1 x forward all-reduce(model) [batch=4, length=8] 256 B sumExp
      1 x forward all-reduce(model) [batch=4, length=8] 256 B gather
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
        %34 f32[vocab=20, embd=16] = all-gather(model) %0                                                 1,280 B  gather
        %35 i32[batch=4@model, length=8] = slice %30                                                      0 B  gather
        %36 f32[batch=4@model, length=8, embd=16] = gather(%34, %35, dim=vocab)
        %37 f32[batch=4@model, length=8, embd=16] = add(%36, %33)
        %38 f32[batch=4, length=8, embd=16] = all-gather(model) %37                                       2,048 B  layerNorm
        %39 f32[batch=4, length=8, embd=16], %40 f32[batch=4, length=8], %41 f32[batch=4, length=8] = layerNorm(%38, %2, %3, over=embd, epsilon=0.00001)
        %42 f32[batch=4, memory_length=8, embd=16] = rename(%39, from=length, to=memory_length)
        %43 f32[batch=4, length=8, heads=2@model, kv=6] = einsum(%39, %4)
        %44 f32[batch=4, memory_length=8, heads=2@model, kv=6] = einsum(%42, %5)
        %45 f32[batch=4, memory_length=8, heads=2@model, kv=6] = einsum(%42, %6)
        %46 i32[memory_length=8] = iota()
        %47 i32[length=8, memory_length=8] = broadcast(%46)
        %48 i32[length=8] = iota()
        %49 bool[length=8, memory_length=8] = lessEqual(%47, %48)
        %50 f32[batch=4, heads=2@model, length=8, memory_length=8] = einsum(%43, %44)
        %51 f32[batch=4, heads=2@model, length=8, memory_length=8] = where(%49, %50, -1000000000)
        %52 f32[batch=4, heads=2@model, length=8, memory_length=8] = softmax(%51, over=memory_length)
        %53 f32[batch=4, heads=2@model, length=8, kv=6] = einsum(%52, %45)
        %54 f32[batch=4, length=8, embd=16] partial(model) = einsum(%53, %7)
        %55 f32[batch=4, length=8, embd=16] = all-reduce(sum, model) %54                                  4,096 B  einsum
        %56 f32[batch=4, length=8, embd=16] = add(%55, %8)
        %57 f32[batch=4, length=8, embd=16] = add(%38, %56)
        %58 f32[batch=4, length=8, embd=16], %59 f32[batch=4, length=8], %60 f32[batch=4, length=8] = layerNorm(%57, %9, %10, over=embd, epsilon=0.00001)
        %61 f32[batch=4, length=8, ff=32@model] = einsum(%58, %11)
        %62 f32[batch=4, length=8, ff=32@model] = add(%61, %12)
        %63 f32[batch=4, length=8, ff=32@model] = gelu(%62)
        %64 f32[batch=4, length=8, embd=16] partial(model) = einsum(%63, %13)
        %65 f32[batch=4, length=8, embd=16] = all-reduce(sum, model) %64                                  4,096 B  einsum
        %66 f32[batch=4, length=8, embd=16] = add(%65, %14)
        %67 f32[batch=4, length=8, embd=16] = add(%57, %66)
        %68 f32[batch=4, length=8, embd=16], %69 f32[batch=4, length=8], %70 f32[batch=4, length=8] = layerNorm(%67, %15, %16, over=embd, epsilon=0.00001)
        %71 f32[batch=4, memory_length=8, embd=16] = rename(%68, from=length, to=memory_length)
        %72 f32[batch=4, length=8, heads=2@model, kv=6] = einsum(%68, %17)
        %73 f32[batch=4, memory_length=8, heads=2@model, kv=6] = einsum(%71, %18)
        %74 f32[batch=4, memory_length=8, heads=2@model, kv=6] = einsum(%71, %19)
        %75 i32[memory_length=8] = iota()
        %76 i32[length=8, memory_length=8] = broadcast(%75)
        %77 i32[length=8] = iota()
        %78 bool[length=8, memory_length=8] = lessEqual(%76, %77)
        %79 f32[batch=4, heads=2@model, length=8, memory_length=8] = einsum(%72, %73)
        %80 f32[batch=4, heads=2@model, length=8, memory_length=8] = where(%78, %79, -1000000000)
        %81 f32[batch=4, heads=2@model, length=8, memory_length=8] = softmax(%80, over=memory_length)
        %82 f32[batch=4, heads=2@model, length=8, kv=6] = einsum(%81, %74)
        %83 f32[batch=4, length=8, embd=16] partial(model) = einsum(%82, %20)
        %84 f32[batch=4, length=8, embd=16] = all-reduce(sum, model) %83                                  4,096 B  einsum
        %85 f32[batch=4, length=8, embd=16] = add(%84, %21)
        %86 f32[batch=4, length=8, embd=16] = add(%67, %85)
        %87 f32[batch=4, length=8, embd=16], %88 f32[batch=4, length=8], %89 f32[batch=4, length=8] = layerNorm(%86, %22, %23, over=embd, epsilon=0.00001)
        %90 f32[batch=4, length=8, ff=32@model] = einsum(%87, %24)
        %91 f32[batch=4, length=8, ff=32@model] = add(%90, %25)
        %92 f32[batch=4, length=8, ff=32@model] = gelu(%91)
        %93 f32[batch=4, length=8, embd=16] partial(model) = einsum(%92, %26)
        %94 f32[batch=4@model, length=8, embd=16] = reduce-scatter(sum, model) %93                        2,048 B  einsum
        %95 f32[batch=4@model, length=8, embd=16] = add(%94, %27)
        %96 f32[batch=4@model, length=8, embd=16] = slice %86                                             0 B  add
        %97 f32[batch=4@model, length=8, embd=16] = add(%96, %95)
        %98 f32[batch=4@model, length=8, embd=16], %99 f32[batch=4@model, length=8], %100 f32[batch=4@model, length=8] = layerNorm(%97, %28, %29, over=embd, epsilon=0.00001)
        %101 f32[batch=4@model, length=8, vocab=20] = einsum(%98, %34)
        %102 bool[batch=4, length=8] = notEqual(%31, -1)
        %103 i32[batch=4@model, length=8] = slice %31                                                     0 B  crossEntropy
        %104 f32[batch=4@model, length=8], %105 f32[batch=4@model, length=8], %106 f32[batch=4@model, length=8] = crossEntropy(%101, %103, over=vocab)
        %107 f32[] partial(model) = reduce(%104, fn=sum, over=[batch length])
        %108 f32[batch=4, length=8] = toFloat32(%102)
        %109 f32[] = reduce(%108, fn=sum, over=[batch length])
        %110 f32[] = all-reduce(sum, model) %107                                                          8 B  sum
        %111 f32[] = div(%110, %109)
        output  = %111"
    `);
  });
});
