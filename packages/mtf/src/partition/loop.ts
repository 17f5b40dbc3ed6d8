import { nodesOf } from "../graph/graph.ts";
import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../graph/tensor.ts";
import type { Instruction, LoopBinding } from "../program/program.ts";
import { addValue, type Builder } from "./builder.ts";
import { restrict } from "./place.ts";
import { type Rests, restOf, setRest, spreadRests } from "./rests.ts";
import {
  define,
  defineValue,
  originOf,
  type PartitionNodes,
  type Scope,
  settledValue,
  valueAt,
  versionsOf,
} from "./scope.ts";
import { usesOf } from "./uses.ts";
import { newVersions, readWhereItLies } from "./versions.ts";

/**
 * Partitions a loop: its body once, with what it closes over lying inside as it does outside. Sums
 * owed on what the loop adds up stay owed: they are settled once, after the last run.
 */
export function partitionLoop(
  scope: Scope,
  node: NodeOf<"loop">,
  partitionNodes: PartitionNodes,
): void {
  const { dim, sliced, summed, body } = node.attributes;
  const origin = originOf(node);
  const instructions: Instruction[] = [];
  const builder: Builder = { ...scope.builder, instructions, runs: scope.builder.runs * dim.size };
  const rests: Rests = new Map();
  const nodes = nodesOf(body);
  const inner: Scope = {
    builder,
    layout: scope.layout,
    rests,
    uses: usesOf(body, nodes),
    versions: new Map(),
    stored: new Set(),
    passes: new Map(),
    plan: scope.plan,
    choices: scope.choices,
  };
  const bindings = node.operands.map((operand: AnyTensor, i): LoopBinding => {
    const input = body.inputs[i]!;
    if (i >= sliced) return bindConstant(scope, inner, operand, input);
    const lies = settledValue(scope, operand).placement.split;
    const { [dim.name]: _, ...split } = lies;
    const outer = valueAt(scope, operand, { split, partial: [] }, origin);
    const value = addValue(builder, shapedOf(input), { split, partial: [] });
    defineValue(inner, input, value, origin);
    return { outer, inner: value };
  });
  body.outputs.forEach((output, i) => {
    const rest = restOf(scope.rests, tensorOf(node, i));
    if (rest) {
      const names = dimsOf(output).map((d) => d.name);
      setRest(rests, output, { split: restrict(rest.split, names), partial: [] });
    }
  });
  spreadRests(nodes, rests);
  partitionNodes(inner, nodes);
  const results = body.outputs.map((output, i): LoopBinding => {
    readWhereItLies(builder, versionsOf(inner, output));
    const from = versionsOf(inner, output).home;
    const { placement } = builder.values[from]!;
    const outer = addValue(scope.builder, node.results[i]!, placement);
    return { outer, inner: from };
  });
  scope.builder.instructions.push({
    kind: "loop",
    dim,
    sliced: bindings.slice(0, sliced),
    constant: bindings.slice(sliced),
    body: instructions,
    summed: results.slice(0, summed),
    stacked: results.slice(summed),
    origin,
  });
  results.forEach(({ outer }, i) => {
    defineValue(scope, tensorOf(node, i), outer, origin);
  });
}

function bindConstant(
  scope: Scope,
  inner: Scope,
  operand: AnyTensor,
  input: AnyTensor,
): LoopBinding {
  const outer = settledValue(scope, operand);
  readWhereItLies(scope.builder, versionsOf(scope, operand));
  const value = addValue(inner.builder, outer, outer.placement);
  const versions = newVersions(inner.builder, value, versionsOf(scope, operand).origin);
  define(inner, input, versions);
  if (scope.stored.has(versionsOf(scope, operand))) inner.stored.add(versions);
  const rest = restOf(scope.rests, operand);
  if (rest) setRest(inner.rests, input, rest);
  return { outer: outer.id, inner: value };
}

function shapedOf(tensor: AnyTensor): {
  dims: ReturnType<typeof dimsOf>;
  dtype: AnyTensor["dtype"];
} {
  return { dims: dimsOf(tensor), dtype: tensor.dtype };
}
