import { defineLayout, defineMesh, lower, placeholder, trace } from "mtf";
import { simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { parseConfig, presets } from "../../config/index.ts";
import { loss, totalLossWithSquares } from "../../loss.ts";
import { dimsOf, forward, parameterNames, parameterPlaceholders } from "../index.ts";

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

it("takes the mean over the labels that are tokens, and ignores all others", async () => {
  const dims = dimsOf(tied, 2, 4);
  const vocab = tied.vocab_size;
  const numbers = Float32Array.from({ length: 8 * vocab }, (_, i) => Math.sin(i * i));
  const labels = Int32Array.of(3, -100, vocab, vocab - 1, 2 ** 31 - 1, -1, 0, vocab + 7);
  const kept = [0, 3, 6];
  const logsumexps = kept.map((at) => {
    const row = numbers.subarray(at * vocab, (at + 1) * vocab);
    return Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
  });
  const losses = kept.map((at, i) => logsumexps[i]! - numbers[at * vocab + labels[at]!]!);
  const total = (list: readonly number[]): number => list.reduce((all, x) => all + x, 0);

  const devices = await simulator(defineMesh({ data: 2, model: 3 }), { backend: "reference" });
  for (const rules of [{}, { batch: "data", vocab: "model" }]) {
    const layout = defineLayout({ dims: { ...dims }, mesh: devices.mesh, rules });
    const run = await devices.load(
      lower((logits, of) => [loss(logits, of), totalLossWithSquares(logits, of).squares] as const, {
        layout,
        inputs: [
          placeholder([dims.batch, dims.length, dims.vocab]),
          placeholder([dims.batch, dims.length], "int32"),
        ] as const,
      }),
    );
    const [mean, squares] = await run(numbers, labels);
    expect((await mean.read())[0]).toBeCloseTo(total(losses) / 3, 5);
    expect((await squares.read())[0]).toBeCloseTo(total(logsumexps.map((x) => x * x)), 3);
  }
  await devices.close();
});
