import { movingSeconds } from "../cost/movingSeconds.ts";
import type { Node, NodeOf } from "../graph/node.ts";
import { type AnyTensor, typeOf } from "../graph/tensor.ts";
import { type Placement, samePlacement } from "../program/placement.ts";
import type { Input, Output, Program, Value } from "../program/program.ts";
import { addValue, type Builder } from "./builder.ts";
import { partitionNode } from "./partition.ts";
import type { Choice, Plan } from "./plan/choice.ts";
import { remembered } from "./plan/remembered.ts";
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
import type { Subject } from "./subject.ts";
import { widened } from "./widen.ts";

/** A program with the plan and the choices that made it, and what they cost. */
export interface Written {
  readonly plan: Plan;
  readonly program: Program;
  readonly choices: readonly Choice[];
  /** What lies as a `withLayout` says. */
  readonly anchored: ReadonlyMap<Value, NodeOf<"withLayout">>;
  /** The loops that each device can run through its own slice of. */
  readonly loops: ReadonlySet<Node>;
  /**
   * Seconds that each device computes in a run, and all that a run takes, of the larger function where
   * nodes stand for several of one.
   */
  readonly work: number;
  readonly cost: number;
  /** How far the program was before its nodes, and after each of them and of its outputs. */
  readonly steps: readonly Step[];
}

/** How much there is of a program. */
export interface Step {
  readonly values: number;
  readonly instructions: number;
  readonly choices: number;
}

/** Writes the program of a traced function by a plan. */
export function write(subject: Subject, plan: Plan): Written {
  const { traced, nodes, conflicts } = subject;
  const layout = { ...subject.layout, rules: plan.rules };
  const builder: Builder = { mesh: layout.mesh, values: [], instructions: [], runs: 1 };
  const rests: Rests = new Map();
  const scope: Scope = {
    builder,
    layout,
    rests,
    stuck: new Map(),
    uses: subject.uses(),
    versions: new Map(),
    stored: new Set(),
    passes: new Map(),
    plan,
    choices: [],
    anchored: new Map(),
    loops: new Set(),
  };
  const inputs = traced.inputs.map(({ tensor, path }, i): Input => {
    const donated = subject.donated.has(path.split("/")[0]!);
    return { path, value: defineInput(scope, tensor, subject.inputs[i]!), donated };
  });
  const given = new Set(traced.graph.inputs.map((input) => input["~node"]));
  traced.outputs.forEach(({ tensor }, i) => {
    const target = subject.outputs[i]!;
    if (given.has(tensor["~node"]) || samePlacement(target, byRules(scope, tensor))) return;
    setRest(rests, tensor, target);
  });
  spreadRests(nodes, rests);
  const steps: Step[] = [];
  const step = () => {
    const { values, instructions } = builder;
    const choices = scope.choices.length;
    steps.push({ values: values.length, instructions: instructions.length, choices });
  };
  step();
  for (const node of nodes) {
    partitionNode(scope, node);
    step();
  }
  const outputs = traced.outputs.map(({ tensor, path }, i): Output => {
    settledValue(scope, tensor);
    const origin = originOf(tensor["~node"]);
    const value = valueAt(scope, tensor, subject.outputs[i]!, origin);
    // What an op gives is float32, even where a layout only had to move what rests.
    const passed = typeOf(tensor).rest !== undefined;
    const output = { path, value: passed ? value : widened(builder, value, origin) };
    step();
    return output;
  });
  const { machine } = plan.answers;
  const program: Program = {
    mesh: layout.mesh.axes,
    machine,
    values: builder.values,
    inputs,
    outputs,
    instructions: builder.instructions,
    ...(conflicts.length > 0 && { conflicts }),
  };
  const { choices, anchored, loops } = scope;
  const sum = (own: readonly Choice[]) => own.reduce((seconds, choice) => seconds + choice.work, 0);
  let work = sum(choices);
  let moving = movingSeconds(program, machine);
  for (const [weight, own] of stepsByWeight(subject, steps)) {
    const instructions = own.flatMap(([before, after]) => {
      return builder.instructions.slice(before.instructions, after.instructions);
    });
    moving += (weight - 1) * movingSeconds({ ...program, instructions }, machine);
    for (const [before, after] of own) {
      work += (weight - 1) * sum(choices.slice(before.choices, after.choices));
    }
  }
  const cost = work + moving;
  return { plan, program, choices, anchored, loops, work, cost, steps };
}

/** What a program was before and after what stands for several of a larger function, by how many. */
function stepsByWeight(
  { traced, nodes, weights }: Subject,
  steps: readonly Step[],
): ReadonlyMap<number, readonly (readonly [before: Step, after: Step])[]> {
  const found = new Map<number, (readonly [Step, Step])[]>();
  if (weights.size === 0) return found;
  const made = traced.outputs.map(({ tensor }) => tensor["~node"]);
  [...nodes, ...made].forEach((node, i) => {
    const weight = weights.get(node);
    if (weight === undefined) return;
    remembered(found, weight, () => []).push([steps[i]!, steps[i + 1]!]);
  });
  return found;
}

/** The value of an input where it rests. */
function defineInput(scope: Scope, tensor: AnyTensor, rests: Placement): number {
  const value = addValue(scope.builder, typeOf(tensor), rests);
  defineValue(scope, tensor, value, originOf(tensor["~node"]));
  if (!samePlacement(rests, byRules(scope, tensor))) {
    scope.stored.add(versionsOf(scope, tensor));
    setRest(scope.rests, tensor, rests);
  }
  return value;
}
