import { expect, test } from "vitest";
import { defaultMachine } from "../cost/machineModel.ts";
import {
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  exp,
  lower,
  memoryPlan,
  type Program,
  placeholder,
  printProgram,
  relu,
  scan,
  type Tensor,
} from "../index.ts";

const dims = defineDims({ batch: 256, embd: 128, hidden: 128, out: 128 });
const { batch, embd, hidden, out } = dims;
const mesh = defineMesh({ data: 2 });
const rules = { batch: "data" } as const;
const storage = { "1": { embd: "data" }, "2": { hidden: "data" } } as const;
const layout = defineLayout({ dims, mesh, rules, storage });
const inputs = [
  placeholder([batch, embd]),
  placeholder([embd, hidden]),
  placeholder([hidden, out]),
] as const;
const machine = { ...defaultMachine, overlaps: true };

const layers = (
  x: Tensor<"batch" | "embd">,
  up: Tensor<"embd" | "hidden">,
  down: Tensor<"hidden" | "out">,
) => einsum(relu(einsum(x, up, "batch", "hidden")), down, "batch", "out");

const text = (program: Program) => printProgram(program).replace(/ +\S+\.ts:\d+/g, "");

test("the next parameters are gathered while the ones before are computed with", () => {
  expect(text(lower(layers, { layout, inputs, machine }).program)).toMatchInlineSnapshot(`
    "program on mesh data:2
      %0 f32[batch=256@data, embd=128] = input 0
      %1 f32[embd=128@data, hidden=128] = input 1
      %2 f32[hidden=128@data, out=128] = input 2
      %3 f32[embd=128, hidden=128] = all-gather(data) %1       65,536 B  einsum
      start %4 f32[hidden=128, out=128] = all-gather(data) %2  65,536 B  einsum
      %5 f32[batch=256@data, hidden=128] = einsum(%0, %3)
      %6 f32[batch=256@data, hidden=128] = relu(%5)
      wait for %4
      %7 f32[batch=256@data, out=128] = einsum(%6, %4)
      output  = %7"
  `);
});

test("not on a machine that does nothing meanwhile", () => {
  expect(text(lower(layers, { layout, inputs }).program)).not.toMatch(/start|wait/);
});

test("not where there is no room for what is gathered early", () => {
  const few = { ...out, size: 16 };
  const own = [inputs[0], inputs[1], placeholder([hidden, few])] as const;
  const begunWith = (capacity: number) => {
    const { program } = lower(layers, {
      layout: defineLayout({ dims: { ...dims, out: few }, mesh, rules, storage }),
      inputs: own,
      machine: { ...machine, capacity },
    });
    const text = printProgram(program).split("\n");
    const [begun, computed] = ["start", "einsum("].map((word) =>
      text.findIndex((line) => line.includes(word)),
    );
    return { early: begun! < computed!, peakBytes: memoryPlan(program).peakBytes };
  };
  const roomy = begunWith(2 ** 32);
  const gathered = 4 * hidden.size * few.size;
  expect(roomy.early).toBe(true);
  expect(begunWith(roomy.peakBytes)).toEqual(roomy);
  const tight = { early: false, peakBytes: roomy.peakBytes - gathered };
  expect(begunWith(roomy.peakBytes - 1)).toEqual(tight);
});

test("sums are reduced while the next are computed, and given out when all are there", () => {
  const sums = (x: Tensor<"batch" | "embd">, y: Tensor<"batch" | "hidden">) => {
    const first = einsum(x, y, "embd", "hidden");
    return [first, einsum(relu(x), exp(y), "embd", "hidden")];
  };
  const given = [inputs[0], placeholder([batch, hidden])] as const;
  const alone = { ...machine, link: { ...machine.link, latency: 0 } };
  const { program } = lower(sums, {
    layout: defineLayout({ dims, mesh, rules }),
    inputs: given,
    machine: alone,
  });
  expect(text(program)).toMatchInlineSnapshot(`
    "program on mesh data:2
      %0 f32[batch=256@data, embd=128] = input 0
      %1 f32[batch=256@data, hidden=128] = input 1
      %2 f32[embd=128, hidden=128] partial(data) = einsum(%0, %1)
      %3 f32[batch=256@data, embd=128] = relu(%0)
      %4 f32[batch=256@data, hidden=128] = exp(%1)
      start %5 f32[embd=128, hidden=128] = all-reduce(sum, data) %2  131,072 B  einsum
      %6 f32[embd=128, hidden=128] partial(data) = einsum(%3, %4)
      wait for %5
      %7 f32[embd=128, hidden=128] = all-reduce(sum, data) %6        131,072 B  einsum
      output 0 = %5
      output 1 = %7"
  `);
});

test("what a round waits for, it has begun", () => {
  const { step } = defineDims({ step: 4 });
  const all = defineLayout({
    dims: { ...dims, step },
    mesh,
    rules,
    storage: { "1": { hidden: "data" } },
  });
  const fn = (x: Tensor<"batch" | "embd">, params: Params) =>
    scan(
      step,
      (now: Tensor<"batch" | "embd">, { up, back }) => {
        const inside = relu(einsum(now, up, "batch", "hidden"));
        return [einsum(inside, back, "batch", "embd"), []];
      },
      x,
      params,
    )[0];
  const params = {
    up: placeholder([step, embd, hidden]),
    back: placeholder([step, hidden, embd]),
  };
  type Params = typeof params;
  const { program } = lower(fn, { layout: all, inputs: [inputs[0], params], machine });
  expect(text(program)).toMatchInlineSnapshot(`
    "program on mesh data:2
      %0 f32[batch=256@data, embd=128] = input 0
      %1 f32[step=4, embd=128, hidden=128@data] = input 1/up
      %2 f32[step=4, hidden=128@data, embd=128] = input 1/back
      for each of step=4 carrying %3 = %0 then %10 with %4 = %1[step], %5 = %2[step]
        %6 f32[embd=128, hidden=128] = all-gather(data) %4                            65,536 B  einsum
        start %7 f32[hidden=128, embd=128] = all-gather(data) %5                      65,536 B  einsum
        %8 f32[batch=256@data, hidden=128] = einsum(%3, %6)
        %9 f32[batch=256@data, hidden=128] = relu(%8)
        wait for %7
        %10 f32[batch=256@data, embd=128] = einsum(%9, %7)
      %11 f32[batch=256@data, embd=128] = last of %10
      output  = %11"
  `);
});
