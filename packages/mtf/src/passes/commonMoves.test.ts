import { expect, test } from "vitest";
import {
  add,
  defaultMachine,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  exp,
  ledger,
  lower,
  type Program,
  placeholder,
  printProgram,
  rename,
  sum,
  type Tensor,
} from "../index.ts";

const dims = defineDims({ query: 8, length: 8, memory: 8, copy: 8, embd: 16 });
const { query, length, embd, memory, copy } = dims;
const mesh = defineMesh({ seq: 2 });
const layout = defineLayout({
  ...{ dims, mesh },
  rules: { query: "seq", length: "seq", memory: "seq" },
});
const inputs = [placeholder([query, embd]), placeholder([length, embd])] as const;

// Where moving costs nothing the plan gathers twice: what is done once is the pass's doing.
const machine = { ...defaultMachine, link: { bandwidth: 1e30, latency: 0 } };

const text = (program: Program) => printProgram(program).replace(/ +\S+\.ts:\d+/g, "");

test("a renamed value is gathered once with what it is a renaming of", () => {
  const fn = (q: Tensor<"query" | "embd">, h: Tensor<"length" | "embd">) => [
    einsum(q, h, "query", "length"),
    einsum(q, rename(h, length, memory), "query", "memory"),
  ];
  expect(text(lower(fn, { layout, inputs, machine }).program)).toMatchInlineSnapshot(`
    "program on mesh seq:2
      %0 f32[query=8@seq, embd=16] = input 0
      %1 f32[length=8@seq, embd=16] = input 1
      %2 f32[length=8, embd=16] = all-gather(seq) %1                  512 B  einsum
      %3 f32[query=8@seq, length=8] = einsum(%0, %2)
      %4 f32[memory=8, embd=16] = rename(%2, from=length, to=memory)
      %5 f32[query=8@seq, memory=8] = einsum(%0, %4)
      output 0 = %3
      output 1 = %5"
  `);
});

test("not where what was gathered would have to be held for too long", () => {
  const fn = (q: Tensor<"query" | "embd">, h: Tensor<"length" | "embd">) => {
    const first = einsum(q, h, "query", "length");
    // Twice what the first gather gives.
    const products = einsum(first, rename(first, length, copy), "query", "length", "copy");
    const next = add(q, sum(exp(products), "length", "copy"));
    return einsum(next, rename(h, length, memory), "query", "memory");
  };
  const { program } = lower(fn, { layout, inputs, machine });
  expect(ledger(program).entries.map(({ bytes }) => bytes)).toEqual([512, 512]);
});
