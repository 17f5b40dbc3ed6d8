import { expect, it } from "vitest";
import {
  convolution,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  grad,
  halo,
  ledger,
  lower,
  placeholder,
  sum,
  type Tensor,
  window,
} from "../../src/index.ts";
import { printed } from "./collectives.ts";

const dims = defineDims({ batch: 2, length: 16, rows: 4, row: 3, from: 3, to: 5 });
const { batch, length, rows, row, from, to } = dims;
const rules = { length: "x", rows: "x" } as const;
const layout = defineLayout({ dims, mesh: defineMesh("x:4"), rules });
type Rows = Tensor<"batch" | "length">;
const inputs = [placeholder([batch, length])] as const;
const float = 4;
const tap = dimension("tap", 5);

it("windows over a split dim exchange their margins once, each element of them once", () => {
  const around = (x: Rows) => window(x, "length", tap, { before: 2, after: 2 });
  const { program } = lower(around, { layout, inputs });
  expect(ledger(program).bytes).toBe(3 * (2 + 2) * batch.size * float);
  expect(printed(program)).toMatchInlineSnapshot(`
    "program on mesh x:4
      %0 f32[batch=2, length=16@x] = input 0
      %1 f32[batch=2, ~block=4@x, length=4] = reshape(%0, from=[length], to=[~block=4 length=4])
      %2 f32[batch=2, ~block=4@x, length=8] = exchange(x) %1, %1, %1                                    96 B  window
      %3 f32[batch=2, ~block=4@x, length=4, tap=5] = window(%2, dim=length, tap=tap, stride=1, dilation=1, before=0, wrap=false, value=0)
      %4 f32[batch=2, length=16@x, tap=5] = reshape(%3, from=[~block length], to=[length=16])
      output  = %4"
  `);
});

it("the gradient of windows takes what is added in margins to where it belongs, once", () => {
  const loss = (x: Rows) => sum(window(x, "length", tap, { before: 2, after: 2 }));
  const { program } = lower(grad(loss), { layout, inputs });
  expect(ledger(program).bytes).toBe(3 * (2 + 2) * batch.size * float);
  const exchanges = program.instructions.filter((i) => i.kind === "move");
  expect(exchanges.length).toBe(1);
});

it("margins wider than a block come in one exchange, too", () => {
  const wide = (x: Tensor<"rows" | "row">) => halo(x, "rows", "row", { before: 4, after: 7 });
  const { program } = lower(wide, { layout, inputs: [placeholder([rows, row])] });
  const from = (block: number) => 3 * block;
  const elements = [0, 1, 2, 3].map((b) => Math.min(4, from(b)) + Math.min(7, 9 - from(b)));
  expect(ledger(program).bytes).toBe(elements.reduce((n, m) => n + m) * float);
  expect(program.instructions.filter((i) => i.kind === "move").length).toBe(1);
});

it("margins that wrap come from the other end", () => {
  const wrapped = (x: Tensor<"rows" | "row">) =>
    halo(x, "rows", "row", { before: 1, after: 2, wrap: true });
  const { program } = lower(wrapped, { layout, inputs: [placeholder([rows, row])] });
  expect(ledger(program).bytes).toBe(4 * (1 + 2) * float);
  expect(program.instructions.filter((i) => i.kind === "move").length).toBe(1);
});

it("a convolution along a split dim moves no more than the margins", () => {
  const image = placeholder([batch, length, row, from]);
  const kernel = placeholder([dimension("kl", 3), dimension("kr", 3), from, to]);
  const { program } = lower(
    (x, k) => convolution(x, k, { length: "kl", row: "kr" }, { over: "from" }),
    { layout, inputs: [image, kernel] },
  );
  expect(ledger(program).bytes).toBe(3 * 2 * batch.size * row.size * from.size * float);
  expect(printed(program)).toMatchInlineSnapshot(`
    "program on mesh x:4
      %0 f32[batch=2, length=16@x, row=3, from=3] = input 0
      %1 f32[kl=3, kr=3, from=3, to=5] = input 1
      %2 f32[batch=2, ~block=4@x, length=4, row=3, from=3] = reshape(%0, from=[length], to=[~block=4 length=4])
      %3 f32[batch=2, ~block=4@x, length=6, row=3, from=3] = exchange(x) %2, %2, %2                     432 B  window
      %4 f32[batch=2, ~block=4@x, length=4, row=3, to=5] = convolution(%3, %1, windows=[(dim=length tap=kl stride=1 dilation=1 before=0 wrap=false) (dim=row tap=kr stride=1 dilation=1 before=1 wrap=false)])
      %5 f32[batch=2, length=16@x, row=3, to=5] = reshape(%4, from=[~block length], to=[length=16])
      output  = %5"
  `);
});
