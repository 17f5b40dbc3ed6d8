import type { Node } from "../graph/node.ts";
import type { Partition } from "./rule.ts";
import { rules } from "./rules.ts";

/** A node's partition, whatever its kind. */
export function partitionOf(node: Node): Partition {
  return (rules[node.kind].partition as (node: Node) => Partition)(node);
}
