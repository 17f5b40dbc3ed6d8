import { roundsExpected } from "../cost/roundsExpected.ts";
import type { NodeOf } from "../graph/node.ts";
import { dimOfRounds, type Rounds as GraphRounds } from "../graph/rounds.ts";
import { type AnyTensor, dimsOf, endOf } from "../graph/tensor.ts";
import { type Placement, samePlacement, splitAxes } from "../program/placement.ts";
import type { Binding, Carried, Origin, Rounds } from "../program/program.ts";
import { devices } from "../program/transfer.ts";
import { addValue } from "./builder.ts";
import { partitionEither } from "./either.ts";
import {
  bindWhole,
  bodyScope,
  enter,
  entriesOf,
  partitionBody,
  partitionOutputs,
  readSettled,
  usedResults,
} from "./insideRegion.ts";
import { partitionOnce } from "./once.ts";
import { axesOfOwnRounds, besideOwnRounds, outsideOwnRounds, withoutAxes } from "./ownRounds.ts";
import {
  defineValue,
  originOf,
  type PartitionNodes,
  type Scope,
  settledValue,
  valueAt,
  versionsOf,
  wanted,
} from "./scope.ts";
import { stickToBody, stickToOutside } from "./stuckInside.ts";
import { readWhereItLies } from "./versions.ts";
import { widened } from "./widen.ts";

/**
 * Partitions a region: its body once, with what it closes over lying inside as it does outside. Sums
 * owed on what it adds up stay owed: they are settled once, after the last round.
 */
export function partitionRegion(
  scope: Scope,
  node: NodeOf<"region">,
  partitionNodes: PartitionNodes,
): void {
  const { rounds } = node.attributes;
  switch (rounds.kind) {
    case "once":
      return partitionOnce(scope, node, partitionNodes);
    case "either":
      return partitionEither(scope, node, rounds.otherwise, partitionNodes);
    case "each":
    case "while":
      return partitionRounds(scope, node, rounds, partitionNodes);
  }
}

type Loop = Extract<GraphRounds, { kind: "each" | "while" }>;

function partitionRounds(
  scope: Scope,
  node: NodeOf<"region">,
  rounds: Loop,
  partitionNodes: PartitionNodes,
): void {
  const origin = originOf(node);
  const { body } = node.attributes;
  const { carried, sliced, steering, constant } = entriesOf(node);
  stickToBody(scope.stuck, node);
  for (const { operand } of [...sliced, ...constant]) settledValue(scope, operand);
  const axes = axesOfOwnRounds(scope, node, rounds, sliced, constant);
  const outside = {
    sliced: sliced.map(({ operand }) =>
      sliceable(scope, operand, dimOfRounds(rounds)!.name, axes, origin),
    ),
    constant: constant.map(({ operand }) => readApart(scope, operand, axes, origin)),
  };
  const count = steering && readSettled(scope, steering);
  const parts = devices(axes, scope.layout.mesh);
  const known = rounds.kind === "each" && !rounds.counted;
  const often = known ? rounds.dim.size / parts : roundsExpected(dimOfRounds(rounds)?.size);
  const results = usedResults(scope, node);
  const beside = besideOwnRounds(scope, axes);
  const made = atFixedPoint(scope, node, (places) => {
    const runs = scope.builder.runs * often;
    const inner = bodyScope(beside, runs);
    const entering = carried.map(({ input }, i) => bindFresh(inner, node, input, places[i]!));
    const slices = sliced.map(({ input }, i): Binding => {
      const { placement } = scope.builder.values[outside.sliced[i]!]!;
      const split = withoutAxes(placement, axes);
      return { outer: outside.sliced[i]!, inner: bindFresh(inner, node, input, split) };
    });
    const constants = constant.map(({ operand, input }, i): Binding => {
      const outer = outside.constant[i]!;
      return { outer, inner: bindWhole(beside, inner, operand, input, outer) };
    });
    const condition = bodyScope(scope, runs);
    if (rounds.kind === "while") {
      carried.forEach(({ input }, i) => {
        defineValue(condition, input, entering[i]!, origin);
      });
      constant.forEach(({ operand, input }, i) => {
        enter(scope, condition, operand, input, constants[i]!.inner);
      });
      const holds = { inputs: body.inputs, outputs: [rounds.condition] };
      partitionOutputs(condition, holds, partitionNodes);
    }
    const outputs = results.map((i) => body.outputs[i]!);
    partitionBody(beside, inner, node, results, outputs, partitionNodes);
    const lasts = body.outputs.slice(0, carried.length);
    const lies = lasts.map((last) => settledValue(inner, last).placement);
    const next = lasts.map((last, i) => {
      return widened(inner.builder, valueAt(inner, last, places[i]!, origin), origin);
    });
    return { inner, condition, entering, slices, constants, lies, next };
  });
  const { inner, condition, places } = made;
  const carries = carried.map(({ operand }, i): Carried => {
    const initial = widened(scope.builder, valueAt(scope, operand, places[i]!, origin), origin);
    const result = addValue(scope.builder, node.results[i]!, places[i]!);
    return { initial, inner: made.entering[i]!, next: made.next[i]!, result };
  });
  const leaving = results.slice(carried.length).map((i): Binding => {
    const versions = versionsOf(inner, body.outputs[i]!);
    readWhereItLies(inner.builder, versions);
    const from = widened(inner.builder, versions.home, origin);
    const { placement } = scope.builder.values[from]!;
    const stacked = i >= firstStacked(node) ? dimOfRounds(rounds)!.name : undefined;
    const outer = outsideOwnRounds(placement, axes, stacked, scope.layout.mesh);
    return { outer: addValue(scope.builder, node.results[i]!, outer), inner: from };
  });
  scope.choices.push(...condition.choices, ...inner.choices);
  const summed = results.filter((i) => i >= carried.length && i < firstStacked(node)).length;
  scope.builder.instructions.push({
    kind: "region",
    rounds: programRounds(rounds, count, condition, axes, often),
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
    defineValue(scope, endOf(node, result), values[i]!, origin);
  });
  stickToOutside(scope.stuck, node);
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
  const byRules = node.results.slice(0, carried).map((_, i) => wanted(scope, endOf(node, i)));
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

/** The rounds as a program has them, with the condition that was partitioned for them. */
function programRounds(
  rounds: Loop,
  count: number | undefined,
  condition: Scope,
  axes: readonly string[],
  often: number,
): Rounds {
  if (rounds.kind === "each") {
    const { kind, dim, reverse } = rounds;
    if (axes.length > 0) return { kind, dim, reverse, own: { axes, rounds: often } };
    return { kind, dim, reverse, ...(count !== undefined && { count }) };
  }
  const { kind, most } = rounds;
  const holds = readSettled(condition, rounds.condition);
  const side = { instructions: condition.builder.instructions, results: [holds] };
  return { kind, condition: side, ...(most && { most }) };
}

function firstStacked({ attributes: { carried, summed } }: NodeOf<"region">): number {
  return carried + summed;
}

/** The value of an operand that owes nothing and whose rounds' dim is whole, or split by some axes. */
function sliceable(
  scope: Scope,
  operand: AnyTensor,
  dim: string,
  axes: readonly string[],
  origin: Origin,
): number {
  const { [dim]: _, ...others } = settledValue(scope, operand).placement.split;
  const { split } = withoutAxes({ split: others, partial: [] }, axes);
  const own = axes.length > 0 ? { ...split, [dim]: axes } : split;
  return valueAt(scope, operand, { split: own, partial: [] }, origin);
}

/** A settled operand where it lies, gathered along axes along which devices have other rounds. */
function readApart(
  scope: Scope,
  operand: AnyTensor,
  axes: readonly string[],
  origin: Origin,
): number {
  const { placement } = settledValue(scope, operand);
  const cut = splitAxes(placement).some((axis) => axes.includes(axis));
  return cut
    ? valueAt(scope, operand, withoutAxes(placement, axes), origin)
    : readSettled(scope, operand);
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
