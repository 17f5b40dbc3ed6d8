import { nodesOf } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import { primitivesOf } from "./expand.ts";
import type { Plan } from "./plan/choice.ts";
import type { Written } from "./write.ts";

/** What was chosen for the nodes of a flattened function, for those that they are made after. */
export function carriedOver({ plan, choices }: Written, renewed: ReadonlyMap<Node, Node>): Plan {
  const originals = new Map(renewed);
  const expanded: Plan["expanded"] = new Map();
  for (const [node, outputs] of plan.expanded) {
    const original = originals.get(node) ?? node;
    const own = original === node ? outputs : primitivesOf(original);
    expanded.set(original, own);
    if (original === node) continue;
    // Made by the same steps, they come in the same order.
    const primitives = nodesOf({ inputs: node.operands, outputs });
    nodesOf({ inputs: original.operands, outputs: own }).forEach((primitive, i) => {
      originals.set(primitives[i]!, primitive);
    });
  }
  const own = (node: Node) => originals.get(node) ?? node;
  // In a body fewer read a value than do in the whole function: what passed through no op there
  // passes through none here, or sums would be added up in another order.
  const chosen = choices.map(({ task, split }) => {
    const passes = split.passes && task.passing.length > 0;
    return [own(task.node), { ...split, passes }] as const;
  });
  const proposed = [...plan.proposed].map(([node, split]) => [own(node), split] as const);
  return {
    ...plan,
    expanded,
    chosen: new Map(chosen),
    proposed: new Map(proposed),
    turned: new Set([...plan.turned].map(own)),
  };
}
