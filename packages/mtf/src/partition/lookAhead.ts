import { type MachineModel, secondsOf, sliceSeconds } from "../cost/machineModel.ts";
import { memoryPlan } from "../cost/memory.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { besidesOf } from "../graph/rounds.ts";
import type { Layout, RuleTable } from "../layout.ts";
import type { Price } from "../program/transfer.ts";
import type { TracedLeaves } from "../trace.ts";
import { newAnswers } from "./answers.ts";
import { carriedOver } from "./carriedOver.ts";
import { flattened } from "./flatten.ts";
import { ordersOf } from "./orders.ts";
import type { Plan } from "./plan/choice.ts";
import { improve } from "./plan/improve.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { type Written, write } from "./write.ts";

/**
 * Partitions a traced function for a layout by choices that look ahead. Where it has regions that run
 * once it is planned as if it had none, so that what is computed again is computed as it was, and
 * results are the same to the bit.
 */
export function lookAhead(
  traced: TracedLeaves,
  layout: Layout,
  donated: readonly number[],
  machine: MachineModel,
): Written {
  const flat = flattened(traced);
  const ways = waysBy(flat?.traced ?? traced, layout, donated, machine);
  const subject = flat && subjectOf(traced, layout, donated);
  const programs = ways.map((way) => () => {
    return flat && subject ? write(subject, carriedOver(way, flat.originals)) : way;
  });
  return firstThatFits(programs, machine);
}

/** The first program for which devices have the memory; of none, the first. */
function firstThatFits(
  [first, ...others]: readonly (() => Written)[],
  { capacity = Number.POSITIVE_INFINITY }: MachineModel,
): Written {
  const fits = ({ program }: Written) =>
    capacity === Number.POSITIVE_INFINITY || memoryPlan(program).peakBytes <= capacity;
  const best = first!();
  // What it holds matters only where there is another to take.
  if (others.length === 0 || fits(best)) return best;
  for (const other of others) {
    const written = other();
    if (fits(written)) return written;
  }
  return best;
}

/** Programs by plans from each order of the rules, in order of what they cost. */
function waysBy(
  traced: TracedLeaves,
  layout: Layout,
  donated: readonly number[],
  machine: MachineModel,
): readonly Written[] {
  const subject = subjectOf(traced, layout, donated);
  const axes = axesNamed(layout, traced.graph);
  const ways = ordersOf(subject).flatMap((rules) => waysFrom(subject, rules, axes, machine));
  return ways.sort((a, b) => a.cost - b.cost);
}

/**
 * A program written node by node as what is known so far suggests, and once more with choices that look
 * ahead, if that costs less.
 */
function waysFrom(
  subject: Subject,
  rules: RuleTable,
  axes: readonly string[],
  machine: MachineModel,
): readonly Written[] {
  const answers = newAnswers(machine);
  const fixed: Plan = {
    answers,
    rules,
    axes,
    expanded: new Map(),
    chosen: new Map(),
    proposed: new Map(),
  };
  const first = write(subject, fixed);
  const { choices, cost, work } = first;
  const changed = improve(choices, subject.layout.mesh, secondsOn(machine), answers);
  if (changed.size === 0) return [first];
  const chosen = choices.map((choice) => {
    return [choice.task.node, changed.get(choice) ?? choice.split] as const;
  });
  const proposed = [...changed.keys()].map(({ task, split }) => [task.node, split] as const);
  const second = write(subject, {
    ...fixed,
    chosen: new Map(chosen),
    proposed: new Map(proposed),
  });
  const better = second.cost < cost && second.work <= work * (1 + 1e-9);
  return better ? [first, second] : [first];
}

/** What moving values costs, in seconds of a machine. */
export function secondsOn(machine: MachineModel): Price {
  return {
    collective: (axes, bytes) => secondsOf(machine, axes, bytes),
    slice: (bytes) => sliceSeconds(machine, bytes),
  };
}

/** The axes that split anything by a layout's rules, or by those of `withLayout`. */
export function axesNamed({ mesh, rules, storage }: Layout, graph: Graph): readonly string[] {
  const tables = [rules, ...storage.map((stored) => stored.rules), ...overridesIn(graph)];
  const named = new Set(tables.flat().flatMap(([, axes]) => axes));
  return mesh.names.filter((axis) => named.has(axis) && mesh.axes[axis]! > 1);
}

function overridesIn(graph: Graph): readonly RuleTable[] {
  return nodesOf(graph).flatMap((node) => {
    if (node.kind === "region") {
      const { body, rounds } = node.attributes;
      return overridesIn({ ...body, outputs: [...body.outputs, ...besidesOf(rounds)] });
    }
    return node.kind === "withLayout" ? [Object.entries(node.attributes.rules)] : [];
  });
}
