import {
  accumulate,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  grad,
  logSoftmax,
  lower,
  merge,
  mul,
  placeholder,
  type Scalar,
  sum,
  type Tensor,
} from "mtf";
import { afterEach, expect, test, vi } from "vitest";
import { nodesOf } from "../../src/graph/graph.ts";
import { attributedTo, type Node } from "../../src/graph/node.ts";
import { tensorOf } from "../../src/graph/tensor.ts";
import { rules } from "../../src/ops/rules.ts";

// A composite's primitives that give its result with dims in another order, as they once did: found
// where the result is defined, and in the program if nothing looks there.
const active = vi.hoisted(() => ({ mutant: "" as "" | "defined" | "unchecked" }));

vi.mock("../../src/partition/expand.ts", async (original) => {
  const real = await original<typeof import("../../src/partition/expand.ts")>();
  const { define, innerScope, settledValue, versionsOf } = await import(
    "../../src/partition/scope.ts"
  );
  const partitionExpanded: typeof real.partitionExpanded = (scope, node, partition) => {
    if (active.mutant === "") return real.partitionExpanded(scope, node, partition);
    const expand = rules[node.kind].expand as (node: Node) => ReturnType<typeof real.primitivesOf>;
    const outputs = attributedTo(node, () => expand(node));
    for (const operand of node.operands) settledValue(scope, operand);
    const graph = { inputs: node.operands, outputs };
    const inner = innerScope(scope, graph, nodesOf(graph));
    partition(inner, nodesOf(graph));
    outputs.forEach((output, i) => {
      const versions = versionsOf(inner, output);
      if (active.mutant === "defined") define(scope, tensorOf(node as Node, i), versions);
      else scope.versions.set(node, [versions]);
    });
  };
  return { ...real, partitionExpanded };
});

afterEach(() => {
  active.mutant = "";
});

const dims = defineDims({ c: 2, a: 3, ac: 6 });
const inputs = [placeholder([dims.c, dims.a])] as const;

function lowered(loss: (x: Tensor<"c" | "a">) => Scalar) {
  const layout = defineLayout({ dims, mesh: defineMesh("p:2"), rules: { c: "p" } });
  return lower(grad(loss), { layout, inputs });
}

const merged = (x: Tensor<"c" | "a">) => {
  const y = merge(logSoftmax(x, "c"), ["a", "c"], dims.ac);
  return einsum(y, y);
};
const looped = (x: Tensor<"c" | "a">) =>
  sum(accumulate(dims.a, (slice) => mul(slice, slice), logSoftmax(x, "c")));

test("a result in another order is found where it is defined", () => {
  for (const loss of [merged, looped]) {
    lowered(loss);
    active.mutant = "defined";
    expect(() => lowered(loss)).toThrow(
      /logSoftmaxGrad .*: %\d+ f32\[a=3, c=2\] stands for f32\[c=2, a=3\]/,
    );
    active.mutant = "";
  }
});

test("a result in another order is found in the program", () => {
  for (const loss of [merged, looped]) {
    active.mutant = "unchecked";
    expect(() => lowered(loss)).toThrow(/output '': %\d+ f32\[a=3, c=2.*\] is f32\[c=2, a=3\]/);
  }
});
