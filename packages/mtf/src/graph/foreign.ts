import type { Node } from "./node.ts";
import type { AnyTensor } from "./tensor.ts";

/** A tensor that holds no numbers in a graph, and what uses it there: nothing if it is an output. */
export interface Foreign {
  readonly tensor: AnyTensor;
  readonly user: Node | undefined;
}

/**
 * What outputs are computed from without being among the inputs: an argument of another function,
 * or an element of a loop that has ended. Nodes made before `since` are not looked at.
 */
export function foreignTo(
  inputs: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  since = 0,
): Foreign | undefined {
  const given = new Set(inputs.map((x) => x["~node"]));
  const seen = new Set<Node>();
  const stack = [...outputs];
  const users: (Node | undefined)[] = outputs.map(() => undefined);
  while (stack.length > 0) {
    const [tensor, user] = [stack.pop()!, users.pop()];
    const node = tensor["~node"];
    if (seen.has(node) || given.has(node) || node.order < since) continue;
    if (node.kind === "input") return { tensor, user };
    seen.add(node);
    for (const operand of node.operands) {
      stack.push(operand);
      users.push(node);
    }
  }
  return undefined;
}
