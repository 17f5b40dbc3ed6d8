import { describe, expect, it } from "vitest";
import {
  defaultMachine,
  defineDims,
  defineLayout,
  defineMesh,
  type LayoutRules,
  lower,
  type MachineModel,
  mean,
  type Program,
  placeholder,
  printProgram,
  type Scalar,
  square,
  type Tensor,
  valueAndGrad,
} from "../../src/index.ts";
import { mixtureOfExperts, type Router, switchRouter, top2Router } from "../../src/nn.ts";
import { moved, summary } from "./collectives.ts";

// A layer of the library's own mixture of experts under data, expert and tensor parallelism in one
// table: tokens go to their experts in one all-to-all, and come back in another.

const dims = defineDims({ batch: 16, length: 128, embd: 256, ff: 1024, expert: 8, place: 16 });
const { batch, length, embd, ff, expert, place } = dims;

type Tokens = Tensor<"batch" | "length" | "embd">;
type Params = (typeof inputs)[0];

const inputs = [
  {
    router: placeholder([embd, expert]),
    up: placeholder([expert, embd, ff]),
    down: placeholder([expert, ff, embd]),
  },
  placeholder([batch, length, embd]),
] as const;

const layer =
  (router: Router) =>
  (params: Params, x: Tokens): Tokens =>
    mixtureOfExperts(x, params, { router, tokens: "length", places: place }).output;

const loss = (params: Params, x: Tokens): Scalar => mean(square(layer(switchRouter())(params, x)));
const bothGradients = ([params, x]: readonly [Params, Tokens]) => loss(params, x);

/** Hosts of fast devices, one along each index of `data`. */
const hosts: MachineModel = {
  ...{ flops: 1e14, memory: 2e12, link: { bandwidth: 2e11, latency: 1e-5 } },
  links: { data: { bandwidth: 1e10, latency: 2e-5 } },
};

function program(
  fn: unknown,
  rules: LayoutRules<keyof typeof dims>,
  mesh: string,
  machine: MachineModel = defaultMachine,
): Program {
  const layout = defineLayout<keyof typeof dims, string>({ dims, mesh: defineMesh(mesh), rules });
  return lower(fn as never, { layout, inputs: inputs as never, machine }).program;
}

const table = { batch: "data", expert: "data", ff: "model" };

/** What is from where experts get their tokens up to where these are back. */
const travels = (of: Program) => {
  const lines = printProgram(of)
    .replace(/ +\S+\.ts:\d+/g, "")
    .split("\n");
  const begin = lines.findIndex((line) => /embd=256.*= gather/.test(line));
  const end = lines.findIndex((line) => /= scatterAdd.*dim=length/.test(line));
  return lines.slice(begin, end + 1).join("\n");
};

describe("the layout of mixtureOfExperts", () => {
  it("batch:data, expert:data: one all-to-all there and one back", () => {
    const found = program(layer(switchRouter()), { batch: "data", expert: "data" }, "data:4");
    expect(travels(found)).toMatchInlineSnapshot(`
      "  %26 f32[~expert=8, batch=16@data, place=16, embd=256] = gather(%3, %24, dim=length)
        %27 f32[expert=8, batch=16@data, place=16, embd=256] = rename(%26, from=~expert, to=expert)
        %28 f32[expert=8@data, batch=16, place=16, embd=256] = all-to-all(data) %27                       1,572,864 B  einsum
        %29 f32[expert=8@data, batch=16, place=16, ff=1024] = einsum(%28, %1)
        %30 f32[expert=8@data, batch=16, place=16, ff=1024] = relu(%29)
        %31 f32[expert=8@data, batch=16, place=16, embd=256] = einsum(%30, %2)
        %32 f32[expert=8, batch=16@data, place=16, embd=256] = all-to-all(data) %31                       1,572,864 B  rename
        %33 f32[~expert=8, batch=16@data, place=16, embd=256] = rename(%32, from=expert, to=~expert)
        %34 f32[~expert=8, batch=16@data, place=16, embd=256] = mul(%33, %25)
        %35 f32[length=128, batch=16@data, embd=256] = scatterAdd(%34, %24, dim=length)"
    `);
    expect(moved(found, "forward", "batch expert place embd")).toEqual([1_572_864, 1_572_864]);
  });

  it("and ff:model: between hosts each device moves its part of the places", () => {
    const found = program(layer(switchRouter()), table, "data:4,model:2", hosts);
    expect(travels(found)).toMatchInlineSnapshot(`
      "  %27 f32[~expert=8, batch=16@data, place=16, embd=256] = gather(%3, %24, dim=length)
        %28 f32[~expert=8@data+model, batch=16, place=16, embd=256] = exchange(data) %27                  1,572,864 B  rename
        %29 f32[expert=8@data+model, batch=16, place=16, embd=256] = rename(%28, from=~expert, to=expert)
        %30 f32[expert=8@data, batch=16, place=16, embd=256] = all-gather(model) %29                      2,097,152 B  einsum
        %31 f32[expert=8@data, batch=16, place=16, ff=1024@model] = einsum(%30, %1)
        %32 f32[expert=8@data, batch=16, place=16, ff=1024@model] = relu(%31)
        %33 f32[expert=8@data, batch=16, place=16, embd=256] partial(model) = einsum(%32, %2)
        %34 f32[expert=8@data, batch=16, place=16@model, embd=256] = reduce-scatter(sum, model) %33       2,097,152 B  einsum
        %35 f32[~expert=8@data, batch=16, place=16@model, embd=256] = rename(%34, from=expert, to=~expert)
        %36 f32[~expert=8, batch=16@data, place=16@model, embd=256] = all-to-all(data) %35                1,572,864 B  mul
        %37 f32[~expert=8, batch=16@data, place=16@model, embd=256] = mul(%36, %26)
        %38 f32[~expert=8, batch=16@data, place=16, embd=256] = all-gather(model) %37                     2,097,152 B  scatterAdd
        %39 f32[length=128, batch=16@data, embd=256] = scatterAdd(%38, %24, dim=length)"
    `);
    expect(summary(found)).toMatchInlineSnapshot(`
      "1 x forward all-gather(data) [embd=256, ~expert=8] 49,152 B einsum
      1 x forward exchange(data) [~expert=8, batch=16, place=16, embd=256] 1,572,864 B rename
      1 x forward all-gather(model) [expert=8, batch=16, place=16, embd=256] 2,097,152 B einsum
      1 x forward reduce-scatter(model) [expert=8, batch=16, place=16, embd=256] 2,097,152 B einsum
      1 x forward all-to-all(data) [~expert=8, batch=16, place=16, embd=256] 1,572,864 B mul
      1 x forward all-gather(model) [~expert=8, batch=16, place=16, embd=256] 2,097,152 B scatterAdd
      moved 9,486,336 B, held 4,199,424 B"
    `);
  });

  it("and within one host, where work weighs more, its part of the work on them as well", () => {
    const found = program(layer(switchRouter()), table, "data:4,model:2");
    expect(summary(found)).toMatchInlineSnapshot(`
      "1 x forward exchange(data) [embd=256, ~expert=8] 24,576 B einsum
      1 x forward all-gather(model) [batch=16, length=128, ~expert=8] 65,536 B softmax
      1 x forward exchange(data+model) [expert=8, batch=16, place=16, embd=256] 3,670,016 B einsum
      1 x forward reduce-scatter(model) [expert=8, batch=16, place=16, embd=256] 2,097,152 B einsum
      1 x forward all-to-all(data+model) [~expert=8, batch=16, place=16, embd=256] 1,835,008 B mul
      1 x forward all-gather(model) [batch=16, length=128, embd=256] 2,097,152 B broadcast
      moved 9,789,440 B, held 4,198,400 B"
    `);
  });

  it("the gradient over both axes", () => {
    const both = (params: Params, x: Tokens) => valueAndGrad(bothGradients)([params, x]);
    expect(summary(program(both, table, "data:4,model:2", hosts))).toMatchInlineSnapshot(`
      "1 x forward all-gather(data) [embd=256, ~expert=8] 49,152 B einsum
      1 x forward exchange(data) [~expert=8, batch=16, place=16, embd=256] 1,572,864 B rename
      1 x forward all-gather(model) [expert=8, batch=16, place=16, embd=256] 2,097,152 B einsum
      1 x forward reduce-scatter(model) [expert=8, batch=16, place=16, embd=256] 2,097,152 B einsum
      1 x forward all-to-all(data) [expert=8, batch=16, place=16, embd=256] 1,572,864 B rename
      1 x forward all-gather(model) [~expert=8, batch=16, place=16, embd=256] 2,097,152 B mul
      1 x backward exchange(data) [~expert=8, batch=16, place=16, embd=256] 1,572,864 B rename
      1 x backward all-gather(model) [expert=8, batch=16, place=16, embd=256] 2,097,152 B einsum
      1 x backward reduce-scatter(model) [expert=8, batch=16, place=16, embd=256] 2,097,152 B einsum
      1 x backward all-to-all(data) [expert=8, batch=16, place=16, embd=256] 1,572,864 B rename
      1 x backward all-gather(model) [~expert=8, batch=16, place=16, embd=256] 2,097,152 B scatterAdd
      1 x forward all-reduce(data) [] 48 B sum
      1 x backward reduce-scatter(data) [embd=256, expert=8] 49,152 B einsum
      moved 18,972,720 B, held 7,903,236 B"
    `);
  });

  it("the gradient travels as its values do", () => {
    const both = (params: Params, x: Tokens) => valueAndGrad(bothGradients)([params, x]);
    const found = program(both, { batch: "data", expert: "data" }, "data:4");
    expect(summary(found)).toMatchInlineSnapshot(`
      "1 x forward all-gather(data) [embd=256, ~expert=8] 24,576 B einsum
      1 x forward all-to-all(data) [expert=8, batch=16, place=16, embd=256] 1,572,864 B einsum
      1 x forward all-to-all(data) [expert=8, batch=16, place=16, embd=256] 1,572,864 B rename
      1 x backward all-to-all(data) [expert=8, batch=16, place=16, embd=256] 1,572,864 B einsum
      1 x backward all-to-all(data) [expert=8, batch=16, place=16, embd=256] 1,572,864 B rename
      1 x backward reduce-scatter(data) [embd=256, ~expert=8] 24,576 B einsum
      1 x forward all-reduce(data) [] 24 B sum
      moved 6,340,632 B, held 14,194,692 B"
    `);
  });

  it("is the same whichever rule comes first", () => {
    const orders: readonly LayoutRules<keyof typeof dims>[] = [
      { batch: "data", expert: "data", ff: "model" },
      { expert: "data", ff: "model", batch: "data" },
      { ff: "model", expert: "data", batch: "data" },
    ];
    const found = orders.map((rules) =>
      summary(program(layer(top2Router()), rules, "data:4,model:2")),
    );
    expect(new Set(found).size).toBe(1);
  });

  it("places for everybody: weights come to tokens, or slices of both to each other", () => {
    const dropless = (params: Params, x: Tokens) =>
      mixtureOfExperts(x, params, { router: switchRouter(), tokens: "length" }).output;
    expect(summary(program(dropless, { batch: "data" }, "data:4"))).toMatchInlineSnapshot(
      `"moved 0 B, held 85,147,376 B"`,
    );
    const found = program(dropless, { batch: "data", expert: "data" }, "data:4");
    expect(summary(found)).toMatchInlineSnapshot(`
      "1 x forward all-gather(data) [embd=256, ~expert=8] 24,576 B einsum
      1 x forward all-to-all(data) [expert=8, embd=256, ff=1024] 6,291,456 B gather
      1 x forward all-gather(data) [batch=16, ~block=15] 2,880 B gather
      1 x forward all-gather(data) [batch=16, ~block=15, ~row=16, embd=256] 11,796,480 B einsum
      1 x forward all-to-all(data) [expert=8, ff=1024, embd=256] 6,291,456 B gather
      1 x forward reduce-scatter(data) [batch=16, ~block=15, ~row=16, embd=256] 11,796,480 B einsum
      moved 36,203,328 B, held 75,508,160 B"
    `);
  });
});
