import { type MachineModel, secondsOf, sliceSeconds } from "../cost/machineModel.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import type { Layout, RuleTable } from "../layout.ts";
import type { Price } from "../program/transfer.ts";
import type { TracedLeaves } from "../trace.ts";
import type { Plan, Split } from "./plan/choice.ts";
import { improve } from "./plan/improve.ts";
import { type Written, write } from "./write.ts";

/** A program with the splits that were proposed where its own depart from them. */
export interface PlannedProgram extends Written {
  readonly proposed: ReadonlyMap<Node, Split>;
}

/**
 * Partitions a traced function for a layout: node by node as what is known so far suggests, and once
 * more with choices that look ahead. The second is taken if it costs less.
 */
export function lookAhead(
  traced: TracedLeaves,
  layout: Layout,
  donated: readonly number[],
  machine: MachineModel,
): PlannedProgram {
  const fixed: Omit<Plan, "chosen"> = {
    machine,
    axes: axesNamed(layout, traced.graph),
    expanded: new Map(),
  };
  const by = (chosen: Plan["chosen"]) => write(traced, layout, donated, { ...fixed, chosen });
  const first = by(new Map());
  const changed = improve(first.choices, layout.mesh, secondsOn(machine));
  const asProposed: PlannedProgram = { ...first, proposed: new Map() };
  if (changed.size === 0) return asProposed;
  const chosen = first.choices.map((choice) => {
    return [choice.situation.node, changed.get(choice) ?? choice.split] as const;
  });
  const second = by(new Map(chosen));
  const better = second.cost < first.cost && second.work <= first.work * (1 + 1e-9);
  if (!better) return asProposed;
  const proposed = new Map([...changed.keys()].map((c) => [c.situation.node, c.split] as const));
  return { ...second, proposed };
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
    if (node.kind === "region") return overridesIn(node.attributes.body);
    return node.kind === "withLayout" ? [Object.entries(node.attributes.rules)] : [];
  });
}
