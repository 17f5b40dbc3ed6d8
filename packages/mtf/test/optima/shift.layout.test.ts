import { expect, it } from "vitest";
import {
  defineDims,
  defineLayout,
  defineMesh,
  ledger,
  lower,
  placeholder,
  shift,
  type Tensor,
} from "../../src/index.ts";
import { printed } from "./collectives.ts";

const dims = defineDims({ batch: 2, length: 8 });
const layout = defineLayout({ dims, mesh: defineMesh("x:4"), rules: { length: "x" } });
const inputs = [placeholder([dims.batch, dims.length])] as const;
type Rows = Tensor<"batch" | "length">;

it("a shift along a split dim hands on what crosses from one device to the next", () => {
  const { program } = lower((x: Rows) => shift(x, "length", 1), { layout, inputs });
  expect(ledger(program).bytes).toBe(3 * 4 * dims.batch.size);
  expect(printed(program)).toMatchInlineSnapshot(`
    "program on mesh x:4
      %0 f32[batch=2, length=8@x] = input 0
      %1 f32[batch=2, length=8@x] = exchange(x) %0  24 B  pad
      output  = %1"
  `);
});

it("a shift that wraps hands on as much between the ends", () => {
  const around = (x: Rows) => shift(x, "length", 1, { wrap: true });
  const { program } = lower(around, { layout, inputs });
  expect(ledger(program).bytes).toBe(4 * 4 * dims.batch.size);
});
