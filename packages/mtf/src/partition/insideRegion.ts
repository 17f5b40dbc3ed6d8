import { type Graph, nodesOf } from "../graph/graph.ts";
import type { NodeOf } from "../graph/node.ts";
import { isSteered } from "../graph/rounds.ts";
import { type AnyTensor, dimsOf, endOf } from "../graph/tensor.ts";
import type { Instruction } from "../program/program.ts";
import { addValue, type Builder } from "./builder.ts";
import { restrict } from "./place.ts";
import { restOf, setRest, spreadRests } from "./rests.ts";
import { define, type PartitionNodes, type Scope, settledValue, versionsOf } from "./scope.ts";
import { usesOf } from "./uses.ts";
import { newVersions, readWhereItLies } from "./versions.ts";

/** A scope for a region's body. */
export function bodyScope(scope: Scope, runs: number, instructions: Instruction[] = []): Scope {
  const builder: Builder = { ...scope.builder, instructions, runs };
  return {
    builder,
    layout: scope.layout,
    rests: new Map(),
    stuck: scope.stuck,
    uses: scope.uses,
    versions: new Map(),
    stored: new Set(),
    passes: new Map(),
    plan: scope.plan,
    // A body may be written several times: only the last counts.
    choices: [],
    anchored: scope.anchored,
    loops: scope.loops,
  };
}

/** An operand with nothing owed, read where it lies. */
export function readSettled(scope: Scope, operand: AnyTensor): number {
  const { id } = settledValue(scope, operand);
  readWhereItLies(scope.builder, versionsOf(scope, operand));
  return id;
}

/** An operand of a region, and what stands for it in the body. */
export interface Entry {
  readonly operand: AnyTensor;
  readonly input: AnyTensor;
}

interface Entries {
  readonly carried: readonly Entry[];
  readonly sliced: readonly Entry[];
  /** What says how often the body runs, or whether: nobody reads it inside. */
  readonly steering: AnyTensor | undefined;
  readonly constant: readonly Entry[];
}

export function entriesOf(node: NodeOf<"region">): Entries {
  const { carried, sliced, rounds, body } = node.attributes;
  const all = node.operands.map((operand: AnyTensor, i) => ({ operand, input: body.inputs[i]! }));
  const whole = all.slice(carried + sliced);
  const steered = isSteered(rounds);
  return {
    carried: all.slice(0, carried),
    sliced: all.slice(carried, carried + sliced),
    steering: steered ? whole[0]!.operand : undefined,
    constant: steered ? whole.slice(1) : whole,
  };
}

/** The results that are carried or read: others are not made. */
export function usedResults(scope: Scope, node: NodeOf<"region">): readonly number[] {
  return node.results.flatMap((_, i) => {
    const used = i < node.attributes.carried || scope.uses.count(endOf(node, i)) > 0;
    return used ? [i] : [];
  });
}

/**
 * Writes a body's instructions: those that the outputs are computed by which some results of the
 * region, by number, are made of.
 */
export function partitionBody(
  scope: Scope,
  inner: Scope,
  node: NodeOf<"region">,
  results: readonly number[],
  outputs: readonly AnyTensor[],
  partitionNodes: PartitionNodes,
): void {
  results.forEach((i, at) => {
    const rest = restOf(scope.rests, endOf(node, i));
    const output = outputs[at]!;
    const names = dimsOf(output).map((d) => d.name);
    if (rest) setRest(inner.rests, output, { split: restrict(rest.split, names), partial: [] });
  });
  partitionOutputs(inner, { inputs: node.attributes.body.inputs, outputs }, partitionNodes);
}

/** Writes the instructions that a graph's outputs are computed by. */
export function partitionOutputs(inner: Scope, graph: Graph, partitionNodes: PartitionNodes): void {
  const nodes = nodesOf(graph);
  spreadRests(nodes, inner.rests);
  partitionNodes({ ...inner, uses: usesOf(graph, nodes) }, nodes);
}

/** What stands in a body for a value from outside that an operand is. */
export function bindWhole(
  scope: Scope,
  inner: Scope,
  operand: AnyTensor,
  input: AnyTensor,
  from: number,
): number {
  const outer = scope.builder.values[from]!;
  const value = addValue(inner.builder, outer, outer.placement);
  enter(scope, inner, operand, input, value);
  return value;
}

/** Makes known inside what stands for an operand there, and that it is stored, if it is. */
export function enter(
  scope: Scope,
  inner: Scope,
  operand: AnyTensor,
  input: AnyTensor,
  value: number,
): void {
  const { origin } = versionsOf(scope, operand);
  const versions = newVersions(inner.builder, value, origin);
  define(inner, input, versions);
  if (scope.stored.has(versionsOf(scope, operand))) inner.stored.add(versions);
  const rest = restOf(scope.rests, operand);
  if (rest) setRest(inner.rests, input, rest);
}
