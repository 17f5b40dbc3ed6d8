import { describe, expect, it } from "vitest";
import {
  accumulate,
  cond,
  defaultMachine,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  einsum,
  exp,
  explain,
  greater,
  type Instruction,
  type LayoutSpec,
  ledger,
  less,
  lower,
  mean,
  type Program,
  placeholder,
  recompute,
  relu,
  type Scalar,
  sgd,
  softmax,
  square,
  type Tensor,
  valueAndGrad,
  whileLoop,
  withLayout,
} from "../../src/index.ts";
import { bodiesOf } from "../../src/program/bodies.ts";
import { writesOf } from "../../src/program/program.ts";

const dims = defineDims({ batch: 64, length: 16, embd: 32, ff: 64, heads: 4 });
const { batch, length, embd, ff, heads } = dims;
const mesh = defineMesh({ data: 2, model: 2 });

interface Params {
  readonly up: Tensor<"embd" | "ff">;
  readonly down: Tensor<"ff" | "embd">;
}
const params: Params = { up: placeholder([embd, ff]), down: placeholder([ff, embd]) };
const x = placeholder([batch, embd]);

const feed = ({ up, down }: Params, x: Tensor<"batch" | "embd">) =>
  einsum(relu(einsum(x, up, "batch", "ff")), down, "batch", "embd");
const loss = (p: Params, x: Tensor<"batch" | "embd">): Scalar => mean(square(feed(p, x)));
const train = (p: Params, x: Tensor<"batch" | "embd">) =>
  sgd(p, valueAndGrad(loss)(p, x)[1], { rate: 0.1 });

type Rest = Omit<LayoutSpec<keyof typeof dims, string>, "dims" | "mesh">;

function lowered<Arguments extends readonly unknown[]>(
  fn: (...args: Arguments) => unknown,
  inputs: Readonly<Arguments>,
  rest: Rest,
) {
  return lower(fn, {
    layout: defineLayout<keyof typeof dims, string>({ dims, mesh, ...rest }),
    inputs,
  });
}

/** The table without the lines of source, as wide as it is. */
const table = (explanation: { toString(): string }) =>
  `${explanation}`.replaceAll(/explain\.test\.ts:\d+/g, (at) => "model.ts".padEnd(at.length));

describe("explain", () => {
  it("tells the rules by which values lie, who asks for moves, and the next best", () => {
    const program = lowered(feed, [params, x], { rules: { batch: "data", ff: "model" } });
    expect(table(explain(program))).toMatchInlineSnapshot(`
      "value                                          made by                               why it lies there                     costs               the next best
      %0 f32[embd=32, ff=64@model]                   input model.ts                        rule ff -> model
      %1 f32[ff=64@model, embd=32]                   input model.ts                        rule ff -> model
      %2 f32[batch=64@data, embd=32]                 input model.ts                        rule batch -> data
      %3 f32[batch=64@data, ff=64@model]             einsum model.ts                       rule batch -> data, rule ff -> model  1.64 µs             ff@model partial:data (work embd@data ff@model): +43.48 µs, +24,576 B
      %4 f32[batch=64@data, ff=64@model]             relu model.ts                         rule batch -> data, rule ff -> model  0.82 µs             ff@model+data: +42.05 µs, +16,384 B
      %5 f32[batch=64@data, embd=32] partial(model)  einsum model.ts                       rule batch -> data                    1.64 µs             batch@data+model: +42.05 µs, +16,384 B
      %6 f32[batch=64@data, embd=32]                 all-reduce(model) model.ts            for the result                        22.05 µs, 16,384 B"
    `);
  });

  it("tells where the plan departs from what the rules propose", () => {
    const program = lowered(feed, [params, x], { rules: { ff: "model", embd: "model" } });
    expect(table(explain(program))).toMatchInlineSnapshot(`
      "value                                     made by                                   why it lies there   costs               the next best
      %0 f32[embd=32, ff=64@model]              input model.ts                            rule ff -> model
      %1 f32[ff=64@model, embd=32]              input model.ts                            rule ff -> model
      %2 f32[batch=64, embd=32@model]           input model.ts                            rule embd -> model
      %3 f32[batch=64, embd=32]                 all-gather(model) model.ts                for %4              22.05 µs, 16,384 B
      %4 f32[batch=64, ff=64@model]             einsum model.ts                           rule ff -> model    3.28 µs             partial:model (work embd@model): +23.07 µs, +24,576 B
      %5 f32[batch=64, ff=64@model]             relu model.ts                             rule ff -> model    1.64 µs             batch@model: +44.10 µs, +32,768 B
      %6 f32[batch=64, embd=32] partial(model)  einsum model.ts                           follows %5, %1      3.28 µs             embd@model: +23.07 µs, +24,576 B
      %7 f32[batch=64, embd=32@model]           reduce-scatter(model) model.ts            for the result      22.05 µs, 16,384 B"
    `);
  });

  it("tells what lies as a withLayout says, and what that sticks to", () => {
    const turned = (x: Tensor<"batch" | "length" | "heads">) =>
      softmax(exp(withLayout(x, { length: "model", heads: [] })), "heads");
    const inputs = [placeholder([batch, length, heads])] as const;
    expect(
      table(explain(lowered(turned, inputs, { rules: { heads: "model" } }))),
    ).toMatchInlineSnapshot(`
      "value                                       made by                                why it lies there                  costs               the next best
      %0 f32[batch=64, length=16, heads=4@model]  input model.ts                         rule heads -> model
      %1 f32[batch=64, length=16@model, heads=4]  all-to-all(model) model.ts             withLayout model.ts                22.05 µs, 16,384 B
      %2 f32[batch=64, length=16@model, heads=4]  exp model.ts                           withLayout's rule length -> model  1.64 µs             batch@model: +44.10 µs, +32,768 B
      %3 f32[batch=64, length=16@model, heads=4]  softmax model.ts                       withLayout's rule length -> model  1.64 µs             batch@model: +22.05 µs, +16,384 B
      %4 f32[batch=64, length=16, heads=4@model]  all-to-all(model) model.ts             for the result                     22.05 µs, 16,384 B"
    `);
  });

  it("tells of storage, of what rests so, and of loops", () => {
    const storage = { up: { embd: "data" } } as const;
    const program = lowered(train, [params, x], { rules: { batch: "data" }, storage });
    expect(table(explain(program))).toMatchInlineSnapshot(`
      "value                                  made by                                           why it lies there                  costs               the next best
      %0 f32[embd=32@data, ff=64]            input model.ts                                    storage rule embd -> data
      %1 f32[ff=64, embd=32]                 input model.ts                                    no rule splits it
      %2 f32[batch=64@data, embd=32]         input model.ts                                    rule batch -> data
      %3 f32[embd=32, ff=64]                 all-gather(data) model.ts                         for %4                             22.05 µs, 16,384 B
      %4 f32[batch=64@data, ff=64]           einsum model.ts                                   rule batch -> data                 3.28 µs             partial:data (work embd@data): +23.07 µs, +24,576 B
      %5 f32[batch=64@data, ff=64]           relu model.ts                                     rule batch -> data                 1.64 µs             ff@data: +44.10 µs, +32,768 B
      %6 f32[batch=64@data, embd=32]         einsum model.ts                                   rule batch -> data                 3.28 µs             partial:data (work ff@data): +44.92 µs, +32,768 B
      %7 f32[]                               fill model.ts           backward                  no rule splits it                  0.00 µs
      %8 f32[]                               mul model.ts           backward                   no rule splits it                  0.00 µs
      %9 f32[batch=64@data, embd=32]         broadcast model.ts           backward             rule batch -> data                 0.41 µs             embd@data: +21.02 µs, +8,192 B
      %10 f32[batch=64@data, embd=32]        mul model.ts           backward                   rule batch -> data                 0.82 µs             embd@data: +42.05 µs, +16,384 B
      %11 f32[batch=64@data, embd=32]        mul model.ts           backward                   rule batch -> data                 1.23 µs             embd@data: +63.07 µs, +24,576 B
      %12 f32[batch=64@data, ff=64]          einsum model.ts           backward                rule batch -> data                 3.28 µs             ff@data: +44.92 µs, +32,768 B
      %13 f32[ff=64, embd=32] partial(data)  einsum model.ts           backward                no rule splits it                  3.28 µs
      %14 bool[batch=64@data, ff=64]         greater model.ts           backward               rule batch -> data                 1.02 µs             ff@data: +42.56 µs, +20,480 B
      %15 f32[batch=64@data, ff=64]          where model.ts           backward                 rule batch -> data                 2.46 µs             ff@data: +64.61 µs, +36,864 B
      %16 f32[embd=32, ff=64] partial(data)  einsum model.ts           backward                no rule splits it                  3.28 µs             embd@data: +23.07 µs, +24,576 B
      %17 f32[]                              fill model.ts           update                    no rule splits it                  0.00 µs
      %18 f32[embd=32@data, ff=64]           reduce-scatter(data) model.ts           backward  for %19                            22.05 µs, 16,384 B
      %19 f32[embd=32@data, ff=64]           mul model.ts           update                     costs less than whole              0.82 µs             ff@data: +21.02 µs, +8,192 B
      %20 f32[embd=32@data, ff=64]           sub model.ts           update                     rests as what it is computed with  1.23 µs             ff@data: +63.07 µs, +24,576 B
      %21 f32[ff=64, embd=32] partial(data)  mul model.ts           update                     no rule splits it                  1.64 µs             ff@data: +19.18 µs
      %22 f32[ff=64, embd=32]                all-reduce(data) model.ts           backward      for %23                            24.10 µs, 32,768 B
      %23 f32[ff=64, embd=32]                sub model.ts           update                     no rule splits it                  2.46 µs             ff@data: +19.59 µs"
    `);
    const loop = (x: Tensor<"batch" | "embd">) => accumulate(batch, (row) => square(row), x);
    expect(table(explain(lowered(loop, [x], { rules: { embd: "model" } })))).toMatchInlineSnapshot(`
      "value                            made by                     why it lies there   costs    the next best
      %0 f32[batch=64, embd=32@model]  input model.ts              rule embd -> model
      %2 f32[embd=32@model]            square model.ts             rule embd -> model  0.82 µs  whole: +1.28 ms, +16,384 B, work repeated
      %3 f32[embd=32@model]            loop model.ts               follows %2"
    `);
  });

  it("explains each value of the program once, whatever is planned besides", () => {
    const rest: Rest = { rules: { batch: "data", ff: "model" } };
    const program = lowered(train, [params, x], rest);
    const { values } = explain(program).program;
    const first = `${explain(program)}`;
    lowered(feed, [params, x], { rules: { batch: "model" } });
    expect(`${explain(program)}`).toBe(first);
    expect(
      explain(program)
        .values.map((v) => v.id)
        .sort((a, b) => a - b),
    ).toEqual(values.map((_, i) => i));
  });

  it("tells of what is computed again, of branches and of loops without end, each value once", () => {
    const rules = { batch: "data", ff: "model", embd: "model" } as const;
    const again = (p: Params, x: Tensor<"batch" | "embd">) =>
      valueAndGrad((p: Params) => mean(square(recompute(feed)(p, x))))(p)[1];
    const branches = (p: Params, x: Tensor<"batch" | "embd">) =>
      cond(
        greater(mean(x), 0),
        () => feed(p, x),
        () => relu(x),
      );
    const rounds = (p: Params, x: Tensor<"batch" | "embd">) =>
      whileLoop(
        ({ x }) => less(mean(x), 10),
        ({ x }) => ({ x: feed(p, x) }),
        { x },
      );
    for (const fn of [again, branches, rounds]) {
      const { program, values } = explain(lowered(fn, [params, x], { rules }));
      const ids = values.map((v) => v.id);
      expect(new Set(ids).size).toBe(ids.length);
      // What enters a body and what lies inside as it does outside is nobody's result.
      const made = new Set(program.inputs.map((input) => input.value));
      const walk = (i: Instruction): void => {
        for (const id of writesOf(i)) made.add(id);
        if (i.kind === "region") for (const b of bodiesOf(i)) b.instructions.forEach(walk);
      };
      program.instructions.forEach(walk);
      expect(new Set(ids)).toEqual(made);
      for (const { alternatives, seconds } of values) {
        expect(seconds).toBeGreaterThanOrEqual(0);
        for (const other of alternatives) expect(other.seconds).not.toBeNaN();
      }
    }
  });

  it("is about the program that lower gave, whatever its passes have done", () => {
    const steps = dimension("steps", 4);
    const inParts = (p: Params, xs: Tensor<"steps" | "batch" | "embd">) => {
      const sum = accumulate(steps, (x) => valueAndGrad(loss)(p, x), xs);
      return sgd(p, sum[1], { rate: 0.1 });
    };
    const storage = { "": { ff: "data" } } as const;
    const machine = { ...defaultMachine, overlaps: true };
    for (const stored of ["keep", "regather"] as const) {
      for (const sums of ["whole", "split"] as const) {
        const layout = defineLayout({
          dims,
          mesh,
          rules: { batch: "data" },
          storage,
          stored,
          sums,
        });
        const inputs = [params, placeholder([steps, batch, embd])] as const;
        const step = lower(inParts, { layout, inputs, machine });
        const { program, values } = explain(step);
        expect(program).toEqual(step.program);
        const bytes = values.reduce((sum, value) => sum + value.bytes, 0);
        expect(bytes).toBe(ledger(step.program).bytes);
      }
    }
  });

  it("tells what the plan departs from where something is computed again as without that", () => {
    const rules = { ff: "model", embd: "model" } as const;
    const plain = (p: Params, x: Tensor<"batch" | "embd">) =>
      valueAndGrad((p: Params) => mean(square(feed(p, x))))(p)[1];
    const again = (p: Params, x: Tensor<"batch" | "embd">) =>
      valueAndGrad((p: Params) => mean(square(recompute(feed)(p, x))))(p)[1];
    const departures = (fn: typeof plain) =>
      new Set(
        explain(lowered(fn, [params, x], { rules })).values.flatMap(({ why, op }) =>
          why.kind === "plan" ? [op] : [],
        ),
      );
    expect(departures(again).size).toBeGreaterThan(0);
    expect(departures(again)).toEqual(departures(plain));
  });

  it("tells what moves as the program does", () => {
    const { program, ...rest } = lowered(train, [params, x], { rules: { batch: "data" } });
    const { values, program: written } = explain(
      lowered(train, [params, x], { rules: { batch: "data" } }),
    );
    const moved = (own: Program) =>
      own.instructions.flatMap((i) => (i.kind === "compute" ? [] : writesOf(i))).length;
    expect(values.filter((v) => v.bytes > 0).length).toBe(moved(written));
    expect(() => explain({ program, ...rest })).toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [bad-argument] explain: 'lowered' must be what lower gives, not a copy, and is an object with program, arguments, result, toString.
        at  explain.test.ts:256]
    `);
  });
});
