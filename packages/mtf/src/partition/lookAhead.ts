import { type MachineModel, secondsOf, sliceSeconds } from "../cost/machineModel.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import type { Layout, RuleTable } from "../layout.ts";
import type { Price } from "../program/transfer.ts";
import type { TracedLeaves } from "../trace.ts";
import type { Plan } from "./plan/choice.ts";
import { improve } from "./plan/improve.ts";
import { type Written, write } from "./write.ts";

/**
 * Partitions a traced function for a layout: node by node as what is known so far suggests, and once
 * more with choices that look ahead. The second is taken if it costs less.
 */
export function lookAhead(
  traced: TracedLeaves,
  layout: Layout,
  donated: readonly number[],
  machine: MachineModel,
): Written {
  const fixed: Omit<Plan, "chosen"> = {
    machine,
    axes: axesNamed(layout, traced.graph),
    expanded: new Map(),
  };
  const price: Price = {
    collective: (axes, bytes) => secondsOf(machine, axes, bytes),
    slice: (bytes) => sliceSeconds(machine, bytes),
  };
  const by = (chosen: Plan["chosen"]) => write(traced, layout, donated, { ...fixed, chosen });
  const first = by(new Map());
  const changed = improve(first.choices, layout.mesh, price);
  if (changed.size === 0) return first;
  const chosen = first.choices.map((choice) => {
    return [choice.situation.node, changed.get(choice) ?? choice.split] as const;
  });
  const second = by(new Map(chosen));
  const better = second.cost < first.cost && second.work <= first.work * (1 + 1e-9);
  return better ? second : first;
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
