import { movingSeconds } from "../cost/movingSeconds.ts";
import { nodesOf } from "../graph/graph.ts";
import type { NodeOf } from "../graph/node.ts";
import { dimsOf } from "../graph/tensor.ts";
import type { Layout } from "../layout.ts";
import { samePlacement } from "../program/placement.ts";
import type { Input, Output, Program, Value } from "../program/program.ts";
import type { TracedLeaf, TracedLeaves } from "../trace.ts";
import { addValue, type Builder } from "./builder.ts";
import { workSeconds } from "./choose.ts";
import { conflictsOf } from "./conflicts.ts";
import { donatedPlaces } from "./donate.ts";
import { partitionNodes } from "./partition.ts";
import { rest } from "./place.ts";
import type { Choice, Plan } from "./plan/choice.ts";
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
import { usesOf } from "./uses.ts";

/** A program with the choices that made it and what they cost. */
export interface Written {
  readonly program: Program;
  readonly choices: readonly Choice[];
  /** What lies as a `withLayout` says. */
  readonly anchored: ReadonlyMap<Value, NodeOf<"withLayout">>;
  /** Seconds that each device computes in a run, and all that a run takes. */
  readonly work: number;
  readonly cost: number;
}

/** Writes the program of a traced function by a plan. */
export function write(
  traced: TracedLeaves,
  layout: Layout,
  donated: readonly number[],
  plan: Plan,
): Written {
  const { graph } = traced;
  const nodes = nodesOf(graph);
  const builder: Builder = { mesh: layout.mesh, values: [], instructions: [], runs: 1 };
  const rests: Rests = new Map();
  const uses = usesOf(graph, nodes);
  const scope: Scope = {
    builder,
    layout,
    rests,
    stuck: new Map(),
    uses,
    versions: new Map(),
    stored: new Set(),
    passes: new Map(),
    plan,
    choices: [],
    anchored: new Map(),
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
  const program: Program = {
    mesh: layout.mesh.axes,
    machine: plan.machine,
    values: builder.values,
    inputs,
    outputs,
    instructions: builder.instructions,
    ...(conflicts.length > 0 && { conflicts }),
  };
  const { choices, anchored } = scope;
  const work = choices.reduce((sum, { situation, runs, split }) => {
    return sum + runs * workSeconds(situation, split.assignment);
  }, 0);
  return { program, choices, anchored, work, cost: work + movingSeconds(program, plan.machine) };
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
