import type { Node, NodeOf } from "../graph/node.ts";
import { dimsOf, type End, endOf } from "../graph/tensor.ts";
import type { RuleTable } from "../layout.ts";
import { partitionOf } from "../ops/partitionOf.ts";
import { entryOf } from "../record.ts";

/**
 * Rules that hold for tensors before the layout's, because they are computed from something under
 * `withLayout`: by node and result.
 */
export type Stuck = Map<Node, readonly RuleTable[]>;

const none: RuleTable = [];

export function stuckOf(stuck: Stuck, tensor: End): RuleTable {
  return stuck.get(tensor["~node"])?.[tensor["~result"]] ?? none;
}

/** Makes rules stick to a tensor, as far as they are about its dims. */
export function stick(stuck: Stuck, tensor: End, rules: RuleTable): void {
  const { "~node": node, "~result": result } = tensor;
  // A body that is written again may be given other operands.
  if (rules.length === 0 && !stuck.has(node)) return;
  const names = new Set(dimsOf(tensor).map((d) => d.name));
  const own = rules.filter(([dim]) => names.has(dim));
  const known = stuck.get(node) ?? node.results.map(() => none);
  const tables = known.map((table, i) => (i === result ? own : table));
  stuck.set(node, tables);
}

/** The rules that stick to a node's operands, under its dims' names: of two, the earlier operand's. */
export function stuckToOperands(stuck: Stuck, node: Node): RuleTable {
  if (stuck.size === 0) return none;
  const found = new Map<string, readonly string[]>();
  for (const operand of node.operands) {
    const own = stuckOf(stuck, operand);
    if (own.length === 0) continue;
    const alias = partitionOf(node).alias ?? {};
    for (const [dim, axes] of own) {
      const name = entryOf(alias, dim) ?? dim;
      if (!found.has(name)) found.set(name, axes);
    }
  }
  return [...found];
}

/** What sticks to a node's operands sticks to its results. */
export function stickToResults(stuck: Stuck, node: Node): void {
  if (stuck.size === 0) return;
  const rules = stuckToOperands(stuck, node);
  node.results.forEach((_, i) => {
    stick(stuck, endOf(node, i), rules);
  });
}

/** A value under `withLayout` sticks as it is told to; a gradient goes on as what it is of. */
export function stickOverride(stuck: Stuck, node: NodeOf<"withLayout">): void {
  const { rules, gradientOf } = node.attributes;
  stick(stuck, endOf(node, 0), gradientOf ? stuckOf(stuck, gradientOf) : Object.entries(rules));
}

/** The same text for the same rules, for what is remembered of them. */
export function printRules(rules: RuleTable): string {
  let text = "";
  for (const [dim, axes] of rules) text += ` ${dim}->${axes.join("+")}`;
  return text;
}

/** Rules before a layout's: those for dims that are to be whole keep the layout from splitting them. */
export function before(rules: RuleTable, layout: RuleTable): RuleTable {
  if (rules.length === 0) return layout;
  const whole = new Set(rules.flatMap(([dim, axes]) => (axes.length === 0 ? [dim] : [])));
  return [...rules, ...layout.filter(([dim]) => !whole.has(dim))];
}
