import { nodesOf } from "../graph/graph.ts";
import type { NodeOf } from "../graph/node.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { dimsOf, tensorOf } from "../graph/tensor.ts";
import { type Placement, samePlacement } from "../program/placement.ts";
import type { Binding, Carried, Instruction } from "../program/program.ts";
import { addValue, type Builder } from "./builder.ts";
import { restrict } from "./place.ts";
import { restOf, setRest, spreadRests } from "./rests.ts";
import {
  define,
  defineValue,
  originOf,
  type PartitionNodes,
  type Scope,
  settledValue,
  valueAt,
  versionsOf,
  wanted,
} from "./scope.ts";
import { type Stuck, stick, stuckOf } from "./stuck.ts";
import { usesOf } from "./uses.ts";
import { newVersions, readWhereItLies } from "./versions.ts";

/**
 * Partitions a region: its body once, with what it closes over lying inside as it does outside. Sums
 * owed on what it adds up stay owed: they are settled once, after the last round.
 */
export function partitionRegion(
  scope: Scope,
  node: NodeOf<"region">,
  partitionNodes: PartitionNodes,
): void {
  if (node.attributes.rounds.kind === "once") return partitionOnce(scope, node, partitionNodes);
  const { dim, reverse } = node.attributes.rounds;
  const origin = originOf(node);
  const { carried, sliced, constant } = operandsOf(node);
  stickToBody(scope.stuck, node);
  const outside = {
    sliced: sliced.map(({ operand }) => sliceable(scope, operand, dim.name, origin)),
    constant: constant.map(({ operand }) => readSettled(scope, operand)),
  };
  const results = usedResults(scope, node);
  const made = atFixedPoint(scope, node, (places) => {
    const inner = bodyScope(scope, scope.builder.runs * dim.size);
    const entering = carried.map(({ input }, i) => bindFresh(inner, node, input, places[i]!));
    const slices = sliced.map(({ input }, i): Binding => {
      const { placement } = scope.builder.values[outside.sliced[i]!]!;
      return { outer: outside.sliced[i]!, inner: bindFresh(inner, node, input, placement) };
    });
    const constants = constant.map(({ operand, input }, i): Binding => {
      return { outer: outside.constant[i]!, inner: bindWhole(scope, inner, operand, input) };
    });
    partitionBody(scope, inner, node, results, partitionNodes);
    const lasts = node.attributes.body.outputs.slice(0, carried.length);
    const lies = lasts.map((last) => settledValue(inner, last).placement);
    const next = lasts.map((last, i) => valueAt(inner, last, places[i]!, origin));
    return { inner, entering, slices, constants, lies, next };
  });
  const { inner, places } = made;
  const carries = carried.map(({ operand }, i): Carried => {
    const initial = valueAt(scope, operand, places[i]!, origin);
    const result = addValue(scope.builder, node.results[i]!, places[i]!);
    return { initial, inner: made.entering[i]!, next: made.next[i]!, result };
  });
  const leaving = results.slice(carried.length).map((i): Binding => {
    const versions = versionsOf(inner, node.attributes.body.outputs[i]!);
    readWhereItLies(inner.builder, versions);
    const from = versions.home;
    const { placement } = scope.builder.values[from]!;
    return { outer: addValue(scope.builder, node.results[i]!, placement), inner: from };
  });
  scope.choices.push(...inner.choices);
  const summed = results.filter((i) => i >= carried.length && i < firstStacked(node)).length;
  scope.builder.instructions.push({
    kind: "region",
    dim,
    reverse,
    carried: carries,
    sliced: made.slices,
    constant: made.constants,
    body: inner.builder.instructions,
    summed: leaving.slice(0, summed),
    stacked: leaving.slice(summed),
    origin,
  });
  const values = [...carries.map((c) => c.result), ...leaving.map((b) => b.outer)];
  results.forEach((result, i) => {
    defineValue(scope, tensorOf(node, result), values[i]!, origin);
  });
  stickToOutside(scope.stuck, node);
}

/** A region that runs once is its body, in a scope of its own: what is brought there ends there. */
function partitionOnce(scope: Scope, node: NodeOf<"region">, partitionNodes: PartitionNodes): void {
  const { body } = node.attributes;
  // What is gathered for it serves its whole body, and nothing after it.
  const inner = {
    ...bodyScope(scope, scope.builder.runs, scope.builder.instructions),
    layout: { ...scope.layout, stored: "keep" as const },
    choices: scope.choices,
  };
  stickToBody(scope.stuck, node);
  node.operands.forEach((operand: AnyTensor, i) => {
    enter(scope, inner, operand, body.inputs[i]!, readSettled(scope, operand));
  });
  const results = usedResults(scope, node);
  partitionBody(scope, inner, node, results, partitionNodes);
  for (const i of results) {
    const versions = versionsOf(inner, body.outputs[i]!);
    readWhereItLies(inner.builder, versions);
    define(scope, tensorOf(node, i), newVersions(scope.builder, versions.home, versions.origin));
  }
  stickToOutside(scope.stuck, node);
}

/** What sticks to operands sticks to them inside, and to what is carried from the first of them on. */
function stickToBody(stuck: Stuck, node: NodeOf<"region">): void {
  const { carried, body } = node.attributes;
  node.operands.forEach((operand: AnyTensor, i) => {
    stick(stuck, body.inputs[i]!, stuckOf(stuck, operand));
    if (i < carried) stick(stuck, tensorOf(node, i), stuckOf(stuck, operand));
  });
}

/** What sticks to what a body gives sticks to it outside. */
function stickToOutside(stuck: Stuck, node: NodeOf<"region">): void {
  const { carried, body } = node.attributes;
  node.results.forEach((_, i) => {
    if (i >= carried) stick(stuck, tensorOf(node, i), stuckOf(stuck, body.outputs[i]!));
  });
}

/**
 * Partitions a body so that what is carried lies alike in all rounds: where its rules want it, or
 * where a round leaves what was given to it there; if there is no such place, every round brings it
 * back.
 */
function atFixedPoint<Made extends { readonly lies: readonly Placement[] }>(
  scope: Scope,
  node: NodeOf<"region">,
  partitionAt: (places: readonly Placement[]) => Made,
): Made & { readonly places: readonly Placement[] } {
  const { values } = scope.builder;
  const begin = values.length;
  const { carried } = node.attributes;
  const byRules = node.results.slice(0, carried).map((_, i) => wanted(scope, tensorOf(node, i)));
  const first = partitionAt(byRules);
  if (stays(first.lies, byRules)) return { ...first, places: byRules };
  values.length = begin;
  const second = partitionAt(first.lies);
  if (stays(second.lies, first.lies)) return { ...second, places: first.lies };
  values.length = begin;
  return { ...partitionAt(byRules), places: byRules };
}

function stays(lies: readonly Placement[], places: readonly Placement[]): boolean {
  return lies.every((placement, i) => samePlacement(placement, places[i]!));
}

function bodyScope(scope: Scope, runs: number, instructions: Instruction[] = []): Scope {
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
  };
}

/** An operand with nothing owed, read where it lies. */
function readSettled(scope: Scope, operand: AnyTensor): number {
  const { id } = settledValue(scope, operand);
  readWhereItLies(scope.builder, versionsOf(scope, operand));
  return id;
}

/** Writes the body's instructions: those that results which somebody reads are computed by. */
function partitionBody(
  scope: Scope,
  inner: Scope,
  node: NodeOf<"region">,
  results: readonly number[],
  partitionNodes: PartitionNodes,
): void {
  const { inputs } = node.attributes.body;
  const body = { inputs, outputs: results.map((i) => node.attributes.body.outputs[i]!) };
  const nodes = nodesOf(body);
  results.forEach((i, at) => {
    const rest = restOf(scope.rests, tensorOf(node, i));
    const output = body.outputs[at]!;
    const names = dimsOf(output).map((d) => d.name);
    if (rest) setRest(inner.rests, output, { split: restrict(rest.split, names), partial: [] });
  });
  spreadRests(nodes, inner.rests);
  partitionNodes({ ...inner, uses: usesOf(body, nodes) }, nodes);
}

/** The results that are carried or read: others are not made. */
function usedResults(scope: Scope, node: NodeOf<"region">): readonly number[] {
  return node.results.flatMap((_, i) => {
    const used = i < node.attributes.carried || scope.uses.count(tensorOf(node, i)) > 0;
    return used ? [i] : [];
  });
}

function operandsOf(node: NodeOf<"region">) {
  const { carried, sliced, body } = node.attributes;
  const all = node.operands.map((operand: AnyTensor, i) => ({ operand, input: body.inputs[i]! }));
  return {
    carried: all.slice(0, carried),
    sliced: all.slice(carried, carried + sliced),
    constant: all.slice(carried + sliced),
  };
}

function firstStacked({ attributes: { carried, summed } }: NodeOf<"region">): number {
  return carried + summed;
}

/** The value of an operand that owes nothing and whose rounds' dim is whole. */
function sliceable(
  scope: Scope,
  operand: AnyTensor,
  dim: string,
  origin: ReturnType<typeof originOf>,
): number {
  const { [dim]: _, ...split } = settledValue(scope, operand).placement.split;
  return valueAt(scope, operand, { split, partial: [] }, origin);
}

function bindFresh(
  inner: Scope,
  node: NodeOf<"region">,
  input: AnyTensor,
  { split }: Placement,
): number {
  const type = { dims: dimsOf(input), dtype: input.dtype };
  const value = addValue(inner.builder, type, { split, partial: [] });
  defineValue(inner, input, value, originOf(node));
  return value;
}

function bindWhole(scope: Scope, inner: Scope, operand: AnyTensor, input: AnyTensor): number {
  const outer = settledValue(scope, operand);
  const value = addValue(inner.builder, outer, outer.placement);
  enter(scope, inner, operand, input, value);
  return value;
}

/** Makes known inside what stands for an operand there, and that it is stored, if it is. */
function enter(
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
