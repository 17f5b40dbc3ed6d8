import { expect, test } from "vitest";
import {
  adamState,
  add,
  defineDims,
  defineLayout,
  defineMesh,
  lower,
  placeholder,
  sgd,
} from "../../src/index.ts";
import { withoutLines } from "../../src/runtime/testing/withoutLines.ts";

withoutLines();

const { embd, ff } = defineDims({ embd: 4, ff: 8 });
const layout = defineLayout({ dims: {}, mesh: defineMesh(""), rules: {} });
const w = placeholder([embd, ff], { rest: "bfloat16" });

const told = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was accepted");
};

test("what cannot rest so is told, and what to write", () => {
  const calls: readonly ((rest: never) => unknown)[] = [
    () => placeholder([embd, ff], "bfloat16" as never),
    () => placeholder([embd, ff], { rest: "int8" as never }),
    () => placeholder([embd, ff], { rest: "bf16" as never }),
    () => placeholder([embd, ff], { rest: { dtype: "int8" } as never }),
    () => placeholder([embd, ff], { rest: { dtype: "int8", scales: ["emdb" as never] } }),
    () => placeholder([embd, ff], { rest: { dtype: "float16", scales: [ff] } as never }),
    () => placeholder([embd, ff], { rset: "bfloat16" } as never),
  ];
  expect(
    calls.map((call) => told(() => call(undefined as never))).join("\n\n"),
  ).toMatchInlineSnapshot(`
    "[bad-argument] placeholder: 'dtype' is what is computed with, and bfloat16 is what float32 may rest as.
      at   errors.test.ts:0
      try  { rest: "bfloat16" }

    [bad-argument] placeholder: an int8 needs to know which dims have scales.
      at   errors.test.ts:0
      try  { rest: { dtype: "int8", scales: [embd or ff] } }, the dims that products with it keep

    [bad-argument] placeholder: 'dtype.rest' must be what float32 rests as, and is the text "bf16".
      at   errors.test.ts:0
      try  rest: "bfloat16", "float16", or { dtype: "int8", scales: [dim] }

    [bad-argument] placeholder: 'dtype.rest.scales' must be an array of dims, and is undefined.
      at   errors.test.ts:0
      try  { rest: { dtype: "int8", scales: [embd or ff] } }, the dims that products with it keep

    [missing-dim] placeholder: the tensor has no dim 'emdb' to have scales.
      at   errors.test.ts:0
      try  embd

    [bad-argument] placeholder: float16 has no scales.
      at   errors.test.ts:0
      try  rest: "float16"

    [unknown-option] placeholder: 'dtype' has no 'rset'.
      known  rest
      at     errors.test.ts:0
      try    rest"
  `);
});

test("what is trained needs a float32 master", () => {
  const calls = [
    () => lower((p: typeof w) => adamState(p), { layout, inputs: [w] }),
    () => lower((p: typeof w) => sgd(p, p, { rate: 0.1 }), { layout, inputs: [w] }),
    () => lower((p: typeof w) => add(p, 1), { layout, inputs: [w], donate: [0] }),
  ];
  expect(calls.map(told).join("\n\n")).toMatchInlineSnapshot(`
    "[dtype-mismatch] adamState: 'params' rests as bfloat16, and an update needs float32.
      given  bf16[embd=4, ff=8] made at errors.test.ts:0
      at     errors.test.ts:0
      try    placeholder(dims) in the state, a float32 master that is updated
      try    a copy that rests narrow as another argument, for what only reads it

    [dtype-mismatch] sgd: 'params' rests as bfloat16, and an update needs float32.
      given  bf16[embd=4, ff=8] made at errors.test.ts:0
      at     errors.test.ts:0
      try    placeholder(dims) in the state, a float32 master that is updated
      try    a copy that rests narrow as another argument, for what only reads it

    [dtype-mismatch] lower: '0' is given up and rests as bfloat16, and what takes its place is float32.
      given up      Tensor bf16[embd=4, ff=8] (input errors.test.ts:0)
      in its place  Tensor f32[embd=4, ff=8] (add errors.test.ts:0)
      at            errors.test.ts:0
      try           placeholder(dims) in a state: float32, which small steps add up in"
  `);
});
