import { describe, expect, it } from "vitest";
import {
  accumulate,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  exp,
  grad,
  type LayoutRules,
  lower,
  mean,
  mul,
  placeholder,
  relu,
  rename,
  square,
  type Tensor,
  withLayout,
} from "../../src/index.ts";
import { printed } from "./collectives.ts";

const dims = defineDims({ batch: 8, length: 16, memory: 16, embd: 32, heads: 4 });
const { batch, length, embd, heads } = dims;
const mesh = defineMesh({ data: 2, model: 2 });

type Activation = Tensor<"batch" | "length" | "heads">;
const x = placeholder([batch, length, heads]);

/** The program of a function under rules that split heads over one axis. */
function program<Arguments extends readonly unknown[]>(
  fn: (...args: Arguments) => unknown,
  inputs: Readonly<Arguments>,
  rules: LayoutRules<keyof typeof dims> = { heads: "model" },
): string {
  const layout = defineLayout<keyof typeof dims, string>({ dims, mesh, rules });
  return printed(lower(fn, { layout, inputs }).program);
}

describe("the layout of a value under withLayout", () => {
  it("sticks to what is computed from it, up to the function's results", () => {
    const fn = (x: Activation) => exp(relu(withLayout(x, { length: "model", heads: [] })));
    expect(program(fn, [x])).toMatchInlineSnapshot(`
      "program on mesh data:2,model:2
        %0 f32[batch=8, length=16, heads=4@model] = input 0
        %1 f32[batch=8, length=16@model, heads=4] = all-to-all(model) %0  2,048 B  withLayout
        %2 f32[batch=8, length=16@model, heads=4] = relu(%1)
        %3 f32[batch=8, length=16@model, heads=4] = exp(%2)
        %4 f32[batch=8, length=16, heads=4@model] = all-to-all(model) %3  2,048 B  exp
        output  = %4"
    `);
  });

  it("sticks under a dim's new name, and through products", () => {
    const inputs = [placeholder([batch, length, embd]), placeholder([embd, heads])] as const;
    const fn = (x: Tensor<"batch" | "length" | "embd">, w: Tensor<"embd" | "heads">) => {
      const h = rename(withLayout(x, { length: "model" }), "length", "memory");
      return square(einsum(h, w, "batch", "memory", "heads"));
    };
    expect(program(fn, inputs, { memory: "data" })).toMatchInlineSnapshot(`
      "program on mesh data:2,model:2
        %0 f32[batch=8, length=16, embd=32] = input 0
        %1 f32[embd=32, heads=4] = input 1
        %2 f32[batch=8, length=16@model, embd=32] = slice %0                            0 B  withLayout
        %3 f32[batch=8, memory=16@model, embd=32] = rename(%2, from=length, to=memory)
        %4 f32[embd=32, heads=4@data] = slice %1                                        0 B  einsum
        %5 f32[batch=8, memory=16@model, heads=4@data] = einsum(%3, %4)
        %6 f32[batch=8, memory=16@model, heads=4@data] = square(%5)
        %7 f32[batch=8, memory=16@data, heads=4] = exchange(model+data) %6              3,072 B  square
        output  = %7"
    `);
  });

  it("ends where another withLayout begins", () => {
    const fn = (x: Activation) => {
      const turned = exp(withLayout(x, { length: "model", heads: [] }));
      return relu(exp(withLayout(turned, { batch: "model", heads: [] })));
    };
    expect(program(fn, [x])).toMatchInlineSnapshot(`
      "program on mesh data:2,model:2
        %0 f32[batch=8, length=16, heads=4@model] = input 0
        %1 f32[batch=8, length=16@model, heads=4] = all-to-all(model) %0  2,048 B  withLayout
        %2 f32[batch=8, length=16@model, heads=4] = exp(%1)
        %3 f32[batch=8@model, length=16, heads=4] = all-to-all(model) %2  2,048 B  withLayout
        %4 f32[batch=8@model, length=16, heads=4] = exp(%3)
        %5 f32[batch=8@model, length=16, heads=4] = relu(%4)
        %6 f32[batch=8, length=16, heads=4@model] = all-to-all(model) %5  2,048 B  relu
        output  = %6"
    `);
  });

  it("may use an axis that no rule names", () => {
    const fn = (x: Activation) => mean(exp(withLayout(x, { batch: "data" })));
    expect(program(fn, [x])).toMatchInlineSnapshot(`
      "program on mesh data:2,model:2
        %0 f32[batch=8, length=16, heads=4@model] = input 0
        %1 f32[batch=8@data, length=16, heads=4@model] = slice %0                     0 B  withLayout
        %2 f32[batch=8@data, length=16, heads=4@model] = exp(%1)
        %3 f32[] partial(data+model) = reduce(%2, fn=sum, over=[batch length heads])
        %4 f32[] partial(data+model) = mul(%3, 0.001953125)
        %5 f32[] = all-reduce(sum, data+model) %4                                     24 B  sum
        output  = %5"
    `);
  });

  it("goes into the body of a loop, and out of it", () => {
    const fn = (x: Activation) => {
      const turned = withLayout(x, { length: "model", heads: [] });
      return exp(accumulate(batch, (row) => mul(square(row), 2), turned));
    };
    expect(program(fn, [x])).toMatchInlineSnapshot(`
      "program on mesh data:2,model:2
        %0 f32[batch=8, length=16, heads=4@model] = input 0
        %1 f32[batch=8, length=16@model, heads=4] = all-to-all(model) %0  2,048 B  withLayout
        for each of batch=8 with %2 = %1[batch]
          %3 f32[length=16@model, heads=4] = square(%2)
          %4 f32[length=16@model, heads=4] = mul(%3, 2)
        %5 f32[length=16@model, heads=4] = sum of %4
        %6 f32[length=16@model, heads=4] = exp(%5)
        %7 f32[length=16, heads=4@model] = all-to-all(model) %6           256 B  exp
        output  = %7"
    `);
  });

  it("holds for gradients, which then go on as the values that they are of", () => {
    const fn = (x: Activation) => {
      const h = exp(withLayout(exp(x), { length: "model", heads: [] }));
      return mean(square(withLayout(h, { heads: "model" })));
    };
    expect(program(grad(fn), [x])).toMatchInlineSnapshot(`
      "program on mesh data:2,model:2
        %0 f32[batch=8, length=16, heads=4@model] = input 0
        %1 f32[batch=8, length=16, heads=4@model] = exp(%0)
        %2 f32[batch=8, length=16@model, heads=4] = all-to-all(model) %1    2,048 B  withLayout
        %3 f32[batch=8, length=16@model, heads=4] = exp(%2)
        %4 f32[batch=8, length=16, heads=4@model] = all-to-all(model) %3    2,048 B  withLayout
        %5 f32[] = fill(value=1) backward
        %6 f32[] = mul(%5, 0.001953125) backward
        %7 f32[batch=8, length=16, heads=4@model] = broadcast(%6) backward
        %8 f32[batch=8, length=16, heads=4@model] = mul(%4, 2) backward
        %9 f32[batch=8, length=16, heads=4@model] = mul(%7, %8) backward
        %10 f32[batch=8, length=16@model, heads=4] = all-to-all(model) %9   2,048 B  mul backward
        %11 f32[batch=8, length=16@model, heads=4] = mul(%10, %3) backward
        %12 f32[batch=8, length=16, heads=4@model] = all-to-all(model) %11  2,048 B  mul backward
        %13 f32[batch=8, length=16, heads=4@model] = mul(%12, %1) backward
        output  = %13"
    `);
  });
});
