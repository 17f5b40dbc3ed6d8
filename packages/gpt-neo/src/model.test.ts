import { defineLayout, defineMesh, lower, placeholder, trace } from "mtf";
import { expect, it } from "vitest";
import { parseConfig, presets } from "./config/index.ts";
import { dimsOf } from "./dims.ts";
import { forward } from "./model.ts";
import { parameterNames } from "./parameter-names.ts";
import { parameterPlaceholders } from "./parameters.ts";

const tied = parseConfig(presets.tiny);
const untied = parseConfig({ ...presets.tiny, tie_word_embeddings: false });

it("has a parameter for each published name, in the same order of numbers", () => {
  for (const config of [tied, untied]) {
    const dims = dimsOf(config, 1, 8);
    const { inputs } = trace((p) => p, [parameterPlaceholders(config, dims)] as const);
    const sizes = new Map(
      inputs.map(({ path, tensor }) => [
        path.replace(/^0\//, ""),
        Object.values(tensor.dims).reduce((n, d) => n * d.size, 1),
      ]),
    );
    const named = parameterNames(config);
    expect(named.map((n) => n.path).sort()).toEqual([...sizes.keys()].sort());
    for (const { path, shape } of named) {
      expect(shape.reduce((n, size) => n * size, 1)).toBe(sizes.get(path));
    }
  }
});

it("multiplies by a table of its own where the config unties the output", () => {
  const dims = dimsOf(untied, 1, 8);
  const layout = defineLayout({ dims: { ...dims }, mesh: defineMesh({}), rules: {} });
  const { program } = lower((p, tokens) => forward(untied, dims, p, tokens).logits, {
    layout,
    inputs: [
      parameterPlaceholders(untied, dims),
      placeholder([dims.batch, dims.length], "int32"),
    ] as const,
  });
  const head = program.inputs.find(({ path }) => path === "0/lm_head")!.value;
  const last = program.instructions.at(-1)!;
  expect(last).toMatchObject({ kind: "compute", op: { kind: "einsum" } });
  expect(last.kind === "compute" && last.operands).toContain(head);
});
