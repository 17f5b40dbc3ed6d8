import { type MachineModel, secondsOf, sliceSeconds } from "../cost/machineModel.ts";
import { inputBytes, memoryPlan } from "../cost/memory.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { insideOf } from "../graph/inside.ts";
import type { Node } from "../graph/node.ts";
import type { Layout, RuleTable } from "../layout.ts";
import type { Price } from "../program/transfer.ts";
import type { TracedLeaves } from "../trace.ts";
import { newAnswers } from "./answers.ts";
import { shortened } from "./blocks/shorten.ts";
import { stretched } from "./blocks/stretch.ts";
import { carriedOver } from "./carriedOver.ts";
import { flattened } from "./flatten.ts";
import { ordersOf } from "./orders.ts";
import type { Plan, Split } from "./plan/choice.ts";
import { improve } from "./plan/improve.ts";
import { computedBy, type Subject, subjectOf } from "./subject.ts";
import { type Written, write } from "./write.ts";

/**
 * Partitions a traced function for a layout by choices that look ahead. Of a model of many blocks that
 * are alike, they are made for a few of them.
 */
export function lookAhead(
  traced: TracedLeaves,
  layout: Layout,
  donated: readonly number[],
  machine: MachineModel,
): Written {
  const whole = subjectOf(traced, layout, donated);
  const short = shortened(whole);
  const programs =
    short && programsOf(short.subject, machine).map((way) => () => stretched(way(), short));
  return (programs && firstThatFits(programs, machine)) ?? wholly(whole, machine);
}

/** Partitions a function with all its blocks. */
export function wholly(subject: Subject, machine: MachineModel): Written {
  return firstThatFits(programsOf(subject, machine), machine)!;
}

/**
 * Programs in order of what they cost, written when asked for. Where a function has regions that run
 * once it is planned as if it had none, so that what is computed again is computed as it was, and
 * results are the same to the bit.
 */
export function programsOf(subject: Subject, machine: MachineModel): readonly (() => Written)[] {
  const flat = flattened(subject.traced);
  const planned = flat ? computedBy(subject, flat.traced, flat.originals) : subject;
  return waysBy(planned, machine).map((way) => () => {
    return flat ? write(subject, carriedOver(way, flat.originals)) : way;
  });
}

/** The first program for which devices have the memory; of none, the first. Nothing where one is missing. */
function firstThatFits(
  [first, ...others]: readonly (() => Written | undefined)[],
  { capacity = Number.POSITIVE_INFINITY }: MachineModel,
): Written | undefined {
  const fits = ({ program }: Written) =>
    capacity === Number.POSITIVE_INFINITY || memoryPlan(program).peakBytes <= capacity;
  const best = first!();
  if (!best) return undefined;
  // What it holds matters only where there is another to take; arguments rest alike in all.
  if (others.length === 0 || inputBytes(best.program) > capacity || fits(best)) return best;
  for (const other of others) {
    const written = other();
    if (!written || fits(written)) return written;
  }
  return best;
}

/** More loops than these are not tried one by one. */
const mostLoops = 4;

/**
 * Programs by plans from each order of the rules, in order of what they cost. Of the best, loops that
 * each device could run through its own slice of are then run otherwise than proposed: all of them,
 * and one after the other.
 */
function waysBy(subject: Subject, machine: MachineModel): readonly Written[] {
  const axes = axesNamed(subject.layout, subject.traced.graph);
  const none: ReadonlySet<Node> = new Set();
  const ways = ordersOf(subject).flatMap((rules) => waysFrom(subject, rules, none, axes, machine));
  let best = leastOf(ways);
  const loops = [...best.loops];
  const alone = loops.length > 1 && loops.length <= mostLoops ? loops.map((loop) => [loop]) : [];
  for (const turning of loops.length > 0 ? [loops, ...alone] : []) {
    const turned = toggled(best.plan.turned, turning);
    const others = waysFrom(subject, best.plan.rules, turned, axes, machine);
    const other = leastOf(others);
    ways.push(...others);
    if (other.cost < best.cost && other.work <= best.work * (1 + 1e-9)) best = other;
  }
  return ways.sort((a, b) => Number(b === best) - Number(a === best) || a.cost - b.cost);
}

/** A set without those of some items that are in it, and with those that are not. */
function toggled<Item>(set: ReadonlySet<Item>, items: readonly Item[]): ReadonlySet<Item> {
  const left = [...set].filter((item) => !items.includes(item));
  return new Set([...left, ...items.filter((item) => !set.has(item))]);
}

function leastOf(ways: readonly Written[]): Written {
  return ways.reduce((best, way) => (way.cost < best.cost ? way : best));
}

/**
 * A program written node by node as what is known so far suggests, and once more with choices that look
 * ahead, if that costs less.
 */
function waysFrom(
  subject: Subject,
  rules: RuleTable,
  turned: ReadonlySet<Node>,
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
    turned,
    apart: [],
  };
  const first = write(subject, fixed);
  const { choices, cost, work } = first;
  const plans = improve(choices, subject.layout.mesh, secondsOn(machine), answers);
  const others = plans.map((changed) => {
    const chosen = new Map<Node, Split>();
    for (const choice of choices) {
      chosen.set(choice.task.node, changed.get(choice) ?? choice.split);
    }
    const proposed = [...changed.keys()].map(({ task, split }) => [task.node, split] as const);
    return write(subject, { ...fixed, chosen, proposed: new Map(proposed) });
  });
  const better = others.filter((other) => other.cost < cost && other.work <= work * (1 + 1e-9));
  return [first, ...better];
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
    if (node.kind === "region") return overridesIn(insideOf(node.attributes));
    return node.kind === "withLayout" ? [Object.entries(node.attributes.rules)] : [];
  });
}
