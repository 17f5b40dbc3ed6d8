import { expect, it } from "vitest";
import { defineDims } from "../dimension.ts";
import { defineLayout } from "../layout.ts";
import { defineMesh } from "../mesh.ts";
import { einsum, less, max, mul, whileLoop } from "../ops/index.ts";
import { lower } from "../partition/lower.ts";
import { placeholder } from "../trace.ts";
import { ledger } from "./ledger.ts";

const dims = defineDims({ batch: 8, embd: 6, ff: 10 });
const { batch, embd, ff } = dims;
const mesh = defineMesh({ x: 2 });

function lowered(rules: { batch?: "x"; embd?: "x"; ff?: "x" }) {
  const layout = defineLayout({ dims, mesh, rules });
  return lower((x, w) => einsum(x, w, "batch", "ff"), {
    layout,
    inputs: [placeholder([batch, embd]), placeholder([embd, ff])] as const,
  }).program;
}

it("tells each collective, what it moves and the line that asked for it", () => {
  expect(ledger(lowered({ embd: "x" })).toString()).toMatchInlineSnapshot(`
    "all-reduce(x)  forward  einsum ledger.test.ts:16  640 B
    total                                             640 B"
  `);
});

it("tells which dim gave way where two rules claim an axis", () => {
  const told = ledger(lowered({ batch: "x", ff: "x" }));
  expect(told.conflicts).toMatchObject([{ dim: "ff", axis: "x", takenBy: "batch", values: 1 }]);
  expect(told.toString()).toMatchInlineSnapshot(`
    "all-gather(x)  forward  einsum ledger.test.ts:16  240 B
    total                                             240 B
    'ff' is whole along x in a value of ledger.test.ts:16: 'batch' has the axis"
  `);
});

it("says nothing of rules that get along", () => {
  expect(ledger(lowered({ batch: "x" })).conflicts).toEqual([]);
});

it("counts what was moved by a number of rounds for each loop, and by nothing else", () => {
  const layout = defineLayout({ dims, mesh, rules: { batch: "x" } });
  const { program } = lower(
    (x) =>
      whileLoop(
        (h) => less(max(h), 100),
        (h) => mul(h, 2),
        x,
      ),
    { layout, inputs: [placeholder([batch, embd])] as const },
  );
  const { bytesAfter, unknowns } = ledger(program);
  const rounds = unknowns.map((_, i) => i + 3);
  expect(bytesAfter(rounds)).toBeGreaterThan(0);
  for (const wrong of [undefined, null, 3, "3", [], [...rounds, 1], rounds.map(() => -1)]) {
    expect(() => bytesAfter(wrong as never), `${wrong}`).toThrow(
      /bad-argument.*bytesAfter: 'rounds/,
    );
  }
});
