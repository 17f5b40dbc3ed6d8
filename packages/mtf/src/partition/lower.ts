import { optionsArgument } from "../arguments.ts";
import { nodesOf } from "../graph/graph.ts";
import { dimsOf } from "../graph/tensor.ts";
import { type Layout, layoutArgument } from "../layout.ts";
import type { Lowered } from "../program/lowered.ts";
import { loweredOf } from "../program/loweredOf.ts";
import { samePlacement } from "../program/placement.ts";
import type { Input, Output, Program } from "../program/program.ts";
import { type TracedLeaf, type TracedLeaves, traceFor } from "../trace.ts";
import { addValue, type Builder } from "./builder.ts";
import { conflictsOf } from "./conflicts.ts";
import { checkDonated, donatedPlaces } from "./donate.ts";
import { partitionNodes } from "./partition.ts";
import { rest } from "./place.ts";
import { type Rests, setRest, spreadRests } from "./rests.ts";
import {
  byRules,
  defineValue,
  originOf,
  type Scope,
  settledValue,
  valueAt,
  versionsOf,
} from "./scope.ts";
import { checkStorage } from "./storage.ts";
import { usesOf } from "./uses.ts";

export interface LowerOptions<Arguments extends readonly unknown[]> {
  readonly layout: Layout;
  /**
   * Trees of tensors with the dims and dtypes of the arguments; `placeholder` makes them. Numbers and
   * texts among them are part of the program: a run may leave them out and cannot change them.
   */
  readonly inputs: Readonly<Arguments>;
  /** Arguments (by position) that a run may write over; their results rest where they did. */
  readonly donate?: readonly number[] | undefined;
}

/**
 * Traces a function once and turns it into one device's program for a layout, with every
 * collective explicit. Printing it shows them.
 *
 * @throws MtfError `missing-input`, `bad-result`, `async-function` or `foreign-tensor` as `trace`,
 * `unknown-path` for storage rules that concern nothing, `unknown-axis` for an axis of `withLayout`
 * that the mesh lacks, and what the function's ops throw
 * @example
 * const program = lower(step, { layout, inputs: [state, image, label], donate: [0] });
 */
export function lower<Arguments extends readonly unknown[], Result>(
  fn: (...args: Arguments) => Result,
  options: LowerOptions<Arguments>,
): Lowered<Arguments, Result> {
  optionsArgument("lower", "options", options, ["layout", "inputs", "donate"]);
  layoutArgument("lower", "options.layout", options.layout);
  const traced = traceFor("lower", "options.inputs", fn, options.inputs as Arguments);
  const donated = options.donate ?? [];
  checkDonated(donated, options.inputs.length);
  checkStorage(options.layout, [...traced.inputs, ...traced.outputs]);
  const program = partition(traced, options.layout, donated);
  return loweredOf(program, options.inputs as Arguments, traced.result);
}

/** Partitions a traced function for a layout. */
export function partition(
  traced: TracedLeaves,
  layout: Layout,
  donated: readonly number[],
): Program {
  const { graph } = traced;
  const nodes = nodesOf(graph);
  const builder: Builder = { mesh: layout.mesh, values: [], instructions: [] };
  const rests: Rests = new Map();
  const uses = usesOf(graph, nodes);
  const scope: Scope = {
    builder,
    layout,
    rests,
    uses,
    versions: new Map(),
    stored: new Set(),
    passes: new Map(),
  };
  const inputs = traced.inputs.map((leaf) => defineInput(scope, leaf, donated));
  const successors = donatedPlaces(traced, donated);
  const targets = traced.outputs.map(({ tensor, path }) =>
    rest(dimsOf(tensor), successors.get(path) ?? path, layout),
  );
  const given = new Set(graph.inputs.map((input) => input["~node"]));
  traced.outputs.forEach(({ tensor }, i) => {
    if (given.has(tensor["~node"]) || samePlacement(targets[i]!, byRules(scope, tensor))) return;
    setRest(rests, tensor, targets[i]!);
  });
  spreadRests(nodes, rests);
  partitionNodes(scope, nodes);
  const outputs = traced.outputs.map((leaf, i): Output => {
    settledValue(scope, leaf.tensor);
    const origin = originOf(leaf.tensor["~node"]);
    return { path: leaf.path, value: valueAt(scope, leaf.tensor, targets[i]!, origin) };
  });
  const conflicts = conflictsOf([...given, ...nodes], layout);
  return {
    mesh: layout.mesh.axes,
    values: builder.values,
    inputs,
    outputs,
    instructions: builder.instructions,
    ...(conflicts.length > 0 && { conflicts }),
  };
}

function defineInput(scope: Scope, leaf: TracedLeaf, donated: readonly number[]): Input {
  const { tensor, path } = leaf;
  const rests = rest(dimsOf(tensor), path, scope.layout);
  const value = addValue(scope.builder, { dims: dimsOf(tensor), dtype: tensor.dtype }, rests);
  defineValue(scope, tensor, value, originOf(tensor["~node"]));
  if (!samePlacement(rests, byRules(scope, tensor))) {
    scope.stored.add(versionsOf(scope, tensor));
    setRest(scope.rests, tensor, rests);
  }
  return { path, value, donated: donated.includes(Number(path.split("/")[0])) };
}
