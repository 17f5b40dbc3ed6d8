import { describe, expect, test } from "vitest";
import {
  accumulate,
  add,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  ledger,
  lower,
  mean,
  memoryPlan,
  placeholder,
  printProgram,
  relu,
  scan,
  sgd,
  square,
  type Tensor,
  valueAndGrad,
} from "../index.ts";

const dims = defineDims({ part: 3, row: 8, wide: 16, inner: 32 });
const { part, row, wide, inner } = dims;
const mesh = defineMesh({ data: 2 });

type Params = { readonly up: Tensor<"wide" | "inner">; readonly down: Tensor<"inner" | "wide"> };

const loss = (p: Params, x: Tensor<"row" | "wide">) => {
  const h = relu(einsum(x, p.up, "row", "inner"));
  return mean(square(einsum(h, p.down, "row", "wide")));
};
const train = (p: Params, xs: Tensor<"part" | "row" | "wide">) => {
  const [slope] = accumulate(part, (x) => [valueAndGrad(loss)(p, x)[1]] as const, xs);
  return sgd(p, slope, { rate: 0.1 });
};
const params = { up: placeholder([wide, inner]), down: placeholder([inner, wide]) };

const trained = (stored: "regather" | "keep") => {
  const storage = { "0": { inner: "data" } } as const;
  const layout = defineLayout({ dims, mesh, rules: { row: "data" }, storage, stored });
  const inputs = [params, placeholder([part, row, wide])] as const;
  return lower(train, { layout, inputs, donate: [0] }).program;
};

const text = (program: Parameters<typeof printProgram>[0]) =>
  printProgram(program).replace(/ +\S+\.ts:\d+/g, "");

const gathered = (program: Parameters<typeof ledger>[0]) =>
  ledger(program)
    .entries.filter(({ name }) => name === "all-gather")
    .map(({ bytes }) => bytes);

describe("moves that are the same in every round", () => {
  test("of stored parameters: once for all rounds where the layout keeps what is gathered", () => {
    const one = wide.size * inner.size * 4;
    expect(gathered(trained("keep"))).toEqual([one, one]);
    // A part's forward and backward pass gather for themselves.
    expect(gathered(trained("regather"))).toEqual([one, one, one].map((bytes) => bytes * 3));
  });

  test("of stored parameters: once where all rounds are of one pass", () => {
    const layout = defineLayout({
      ...{ dims, mesh, rules: { row: "data" } },
      storage: { "0": { inner: "data" } },
    });
    const steps = (
      w: Tensor<"wide" | "inner">,
      v: Tensor<"inner" | "wide">,
      x: Tensor<"part" | "row" | "wide">,
    ) =>
      scan(
        part,
        (h, now) => {
          const next = add(einsum(relu(einsum(h, w, "row", "inner")), v, "row", "wide"), now);
          return [next, mean(next)] as const;
        },
        placeholderLike(x),
        x,
      );
    const placeholderLike = (x: Tensor<"part" | "row" | "wide">) => mean(x, "part");
    const inputs = [params.up, params.down, placeholder([part, row, wide])] as const;
    const { program } = lower(steps, { layout, inputs });
    expect(text(program)).toMatchInlineSnapshot(`
      "program on mesh data:2
        %0 f32[wide=16, inner=32@data] = input 0
        %1 f32[inner=32, wide=16] = input 1
        %2 f32[part=3, row=8@data, wide=16] = input 2
        %3 f32[row=8@data, wide=16] = reduce(%2, fn=sum, over=[part])
        %4 f32[row=8@data, wide=16] = mul(%3, 0.3333333333333333)
        %5 f32[wide=16, inner=32] = all-gather(data) %0                                    2,048 B  einsum
        for each of part=3 carrying %6 = %4 then %13 with %7 = %2[part], %8 = %1, %9 = %5
          %10 f32[row=8@data, inner=32] = einsum(%6, %9)
          %11 f32[row=8@data, inner=32] = relu(%10)
          %12 f32[row=8@data, wide=16] = einsum(%11, %8)
          %13 f32[row=8@data, wide=16] = add(%12, %7)
          %14 f32[] partial(data) = reduce(%13, fn=sum, over=[row wide])
          %15 f32[] partial(data) = mul(%14, 0.0078125)
        %16 f32[row=8@data, wide=16] = last of %13
        %17 f32[part=3] partial(data) = stack of %15
        %18 f32[part=3] = all-reduce(sum, data) %17                                        24 B  region
        output 0 = %16
        output 1 = %18"
    `);
  });

  test("a program holds no more than a little of what it saves", () => {
    const activation = (x: Tensor<"row" | "wide">, w: Tensor<"part" | "wide" | "inner">) =>
      accumulate(part, (own) => einsum(x, own, "row", "inner"), w);
    const layout = defineLayout({ dims, mesh, rules: { row: "data", inner: "data" } });
    const inputs = [placeholder([row, wide]), placeholder([part, wide, inner])] as const;
    const { program } = lower(activation, { layout, inputs });
    expect(text(program)).toMatchInlineSnapshot(`
      "program on mesh data:2
        %0 f32[row=8@data, wide=16] = input 0
        %1 f32[part=3, wide=16, inner=32@data] = input 1
        %2 f32[row=8, wide=16] = all-gather(data) %0        512 B  einsum
        for each of part=3 with %3 = %1[part], %4 = %2
          %5 f32[row=8, inner=32@data] = einsum(%4, %3)
        %6 f32[row=8, inner=32@data] = sum of %5
        %7 f32[row=8@data, inner=32] = all-to-all(data) %6  512 B  region
        output  = %7"
    `);
    expect(memoryPlan(program).peakBytes).toMatchInlineSnapshot(`5888`);
  });
});
