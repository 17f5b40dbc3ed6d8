import { expect, test } from "vitest";
import {
  add,
  convolution,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  einsum,
  lower,
  memoryPlan,
  type Program,
  placeholder,
  printProgram,
  square,
  sum,
  type Tensor,
  valueAndGrad,
  window,
} from "../index.ts";

const dims = defineDims({ batch: 4, row: 16, column: 16, from: 8, to: 8 });
const { batch, row, column, from, to } = dims;
const mesh = defineMesh("one:1");
const layout = defineLayout({ dims, mesh, rules: {} });
const image = placeholder([batch, row, column, from]);
const kernel = placeholder([dimension("p", 3), dimension("q", 3), from, to]);
const inputs = [image, kernel] as const;
type Image = typeof image;
type Kernel = typeof kernel;

const convolved = (x: Image, k: Kernel) =>
  convolution(x, k, { row: "p", column: "q" }, { over: "from" });

const text = (program: Program) => printProgram(program).replace(/ +\S+\.ts:\d+( backward)?/g, "");
const kindsOf = ({ instructions }: Program) =>
  instructions.flatMap((i) => (i.kind === "compute" ? [i.op.kind] : []));

test("a convolution takes its windows itself, and nobody holds them", () => {
  const { program } = lower(convolved, { layout, inputs });
  expect(text(program)).toMatchInlineSnapshot(`
    "program on mesh one:1
      %0 f32[batch=4, row=16, column=16, from=8] = input 0
      %1 f32[p=3, q=3, from=8, to=8] = input 1
      %2 f32[batch=4, row=16, column=16, to=8] = convolution(%0, %1, windows=[(dim=row tap=p stride=1 dilation=1 before=1 wrap=false) (dim=column tap=q stride=1 dilation=1 before=1 wrap=false)])
      output  = %2"
  `);
  const float = 4;
  const given = 4 * 16 * 16 * 8 + 3 * 3 * 8 * 8;
  expect(memoryPlan(program).peakBytes).toBe((given + 4 * 16 * 16 * 8) * float);
});

test("windows are not held for the gradient of a kernel either", () => {
  const loss = (k: Kernel, x: Image) => sum(square(convolved(x, k)));
  const step = (x: Image, k: Kernel) => valueAndGrad((own: Kernel) => loss(own, x))(k);
  const kinds = kindsOf(lower(step, { layout, inputs }).program);
  expect(kinds).not.toContain("window");
  expect(kinds.filter((kind) => kind === "convolution").length).toBe(2);
});

test("windows that something else reads as well are made", () => {
  const tap = dimension("p", 3);
  const fn = (x: Tensor<"row" | "from">, k: Tensor<"p" | "from">) => {
    const taken = window(x, "row", tap, { before: 1, after: 1 });
    return add(einsum(taken, k, "row"), sum(taken, "p", "from"));
  };
  const given = [placeholder([row, from]), placeholder([tap, from])] as const;
  const kinds = kindsOf(lower(fn, { layout, inputs: given }).program);
  expect(kinds).toContain("window");
  expect(kinds).not.toContain("convolution");
});

test("of windows that are both factors of a product, the first are taken by it", () => {
  const fn = (x: Tensor<"row" | "from">) => {
    const near = window(x, "row", dimension("p", 3), { before: 1, after: 1 });
    const far = window(x, "row", dimension("q", 3), { before: 2, dilation: 2, after: 2 });
    return einsum(near, far, "row", "p", "q");
  };
  const kinds = kindsOf(lower(fn, { layout, inputs: [placeholder([row, from])] }).program);
  expect(kinds).toEqual(["window", "convolution"]);
});

test("windows that are smaller than what they are taken of are made, so that it can go", () => {
  const one = placeholder([dimension("p", 1), dimension("q", 1), from, to]);
  const strides = { row: 2, column: 2 };
  const fn = (x: Image, k: typeof one) =>
    convolution(x, k, { row: "p", column: "q" }, { over: "from", strides });
  const kinds = kindsOf(lower(fn, { layout, inputs: [image, one] }).program);
  expect(kinds).toContain("window");
});
