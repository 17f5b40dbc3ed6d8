import { expect, it } from "vitest";
import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  explain,
  lower,
  mapOver,
  placeholder,
  type Tensor,
  tanh,
} from "../../src/index.ts";

// What is alike is planned once. A body of which each device runs one round of its own runs as often as
// what is outside of it, but what splits that splits nothing in the body.
it("offers no axis to a body along which each device is in a round of its own", () => {
  const dims = defineDims({ a: 2, b: 64, c: 64 });
  const { a, b, c } = dims;
  const layout = defineLayout({ dims, mesh: defineMesh("p:2,q:2"), rules: { a: "p", b: "q" } });
  const fn = (x: Tensor<"a" | "b" | "c">, y: Tensor<"b" | "c">) =>
    [tanh(tanh(y)), mapOver(a, (row) => tanh(tanh(add(row, 1))), x)] as const;
  for (const inputs of [
    [placeholder([a, b, c]), placeholder([b, c])] as const,
    [placeholder([a, c, b]), placeholder([c, b])] as const,
  ]) {
    const { program, values } = explain(lower(fn, { layout, inputs }));
    const loop = program.instructions.find((i) => i.kind === "region");
    if (loop?.kind !== "region" || loop.rounds.kind !== "each") throw new Error("no loop");
    expect(loop.rounds.own).toEqual({ axes: ["p"], rounds: 1 });
    const inside = new Set(loop.body.flatMap((i) => (i.kind === "compute" ? i.results : [])));
    const outside = values.filter(({ id, op }) => op === "tanh" && !inside.has(id));
    const axesOf = (some: typeof values) =>
      new Set(some.flatMap((v) => v.alternatives.flatMap((w) => Object.values(w.split).flat())));
    expect([...axesOf(outside)].sort()).toEqual(["p", "q"]);
    expect([...axesOf(values.filter(({ id }) => inside.has(id)))]).toEqual(["q"]);
  }
});
