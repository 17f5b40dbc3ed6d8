import { describe, expect, it } from "vitest";
import { elementwiseSamples, samples } from "../../test/catalog.ts";
import { compute, gradientError, gradientOf, numbers } from "../../test/numeric.ts";
import { evaluate } from "../backend/reference/evaluate.ts";
import { nodesOf } from "../graph/graph.ts";
import type { Kind } from "../graph/kinds.ts";
import type { Node } from "../graph/node.ts";
import { type AnyTensor, tensorOf } from "../graph/tensor.ts";
import { trace } from "../trace.ts";
import type { Rule } from "./rule.ts";
import { rules } from "./rules.ts";

const all = [...Object.values(samples), ...Object.values(elementwiseSamples)].flat();
const ruleOf = (node: Node) => rules[node.kind] as Rule<never>;

/** Every node that a sample is made of, with the graph and numbers that reach it. */
const nodes = all.flatMap(({ name, fn, inputs, data }) => {
  const { graph } = trace(fn, inputs as AnyTensor[]);
  return nodesOf(graph).map((node) => ({ name, node, graph, data }));
});

const largest = (xs: Iterable<number>) => Math.max(0, ...[...xs].map(Math.abs));

describe("every op", () => {
  it.each(all)("$name: the gradient is the limit of differences", ({ fn, inputs, data }) => {
    expect(gradientError(fn, inputs, data)).toBeLessThan(2e-8);
  });

  it.each(all)("$name: the gradient can be differentiated again", ({ fn, inputs, data }) => {
    expect(gradientError(gradientOf(fn), inputs, data)).toBeLessThan(2e-7);
  });

  it("is computed by some sample", () => {
    const kinds = new Set(nodes.map(({ node }) => node.kind));
    const missing = (Object.keys(samples) as Kind[]).filter(
      (kind) => kind !== "input" && !kinds.has(kind),
    );
    expect(missing).toEqual([]);
  });
});

describe("rules", () => {
  const composites = nodes.filter(({ node }) => ruleOf(node).expand);

  it.each(composites)("$node.kind in '$name' equals its primitives", ({ node, graph, data }) => {
    const outputs = node.results.map((_, i) => tensorOf(node, i));
    const primitives = ruleOf(node).expand!(node as never);
    const whole = evaluate({ ...graph, outputs }, data);
    const parts = evaluate({ ...graph, outputs: primitives }, data);
    whole.forEach((array, i) => {
      const differences = Array.from(array, (x, j) => x - parts[i]![j]!);
      expect(largest(differences)).toBeLessThanOrEqual(1e-13 * largest(array));
    });
  });

  const distinct = nodes.filter(({ node }) => new Set(node.operands).size === node.operands.length);
  const linear = distinct.flatMap(({ name, node }) =>
    (ruleOf(node).partition(node as never).linear ?? []).map((set) => ({ name, node, set })),
  );

  it.each(linear)("$node.kind in '$name' is linear in operands $set", ({ node, set }) => {
    const inputs = node.operands;
    const data = inputs.map((x, i) => {
      const size = (x.names as string[]).reduce((n, name) => n * x.dims[name]!.size, 1);
      const values = numbers(size, i + 3);
      return x.dtype === "float32" ? values : values.map((v) => (v > 0 ? 1 : 0));
    });
    const partial = data.map((x, i) => x.map((v, j) => (set.includes(i) ? v * (j % 3) - j : v)));
    const rest = data.map((x, i) => x.map((v, j) => (set.includes(i) ? v - partial[i]![j]! : v)));
    const outputs = node.results.map((_, i) => tensorOf(node, i));
    const at = (numbers: readonly Float64Array[]) => evaluate({ inputs, outputs }, numbers);
    const [whole, first, second] = [at(data), at(partial), at(rest)];
    whole.forEach((array, i) => {
      array.forEach((x: number, j: number) => {
        expect(first[i]![j]! + second[i]![j]!).toBeCloseTo(x, 9);
      });
    });
  });

  it("have a partition and flops for every op", () => {
    for (const { node } of nodes) {
      const { whole = [], linear = [] } = ruleOf(node).partition(node as never);
      const names = [...node.operands.flatMap((x) => x.names as string[])];
      names.push(...node.results.flatMap((r) => r.dims.map((d) => d.name)), "~key");
      if (node.kind !== "region") expect(names).toEqual(expect.arrayContaining([...whole]));
      for (const set of linear) expect(Math.max(...set)).toBeLessThan(node.operands.length);
      expect(ruleOf(node).flops?.(node as never) ?? 0).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("compute", () => {
  it("is exact where nothing is rounded", () => {
    const { fn, inputs } = samples.slice[0]!;
    const data = [Float64Array.from({ length: 12 }, (_, i) => i)];
    expect([...compute(fn, inputs, data)[0]!]).toEqual([1, 2, 5, 6, 9, 10]);
  });
});
