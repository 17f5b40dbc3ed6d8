import type { Node } from "../../graph/node.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import type { RuleTable } from "../../layout.ts";
import type { Placement } from "../../program/placement.ts";
import type { Answers } from "../answers.ts";
import type { Assignment, Task } from "../choose.ts";
import type { Demand, Track } from "./track.ts";

/** What is settled about a graph before its program is written. */
export interface Plan {
  readonly answers: Answers;
  /** The layout's rules in the order in which they propose where values lie in between. */
  readonly rules: RuleTable;
  /** The axes of more than one device that the layout names. */
  readonly axes: readonly string[];
  readonly chosen: ReadonlyMap<Node, Split>;
  /** Of nodes for which something else is chosen, what was proposed. */
  readonly proposed: ReadonlyMap<Node, Split>;
  /**
   * Loops over a split dim that are not run as is proposed for them: in rounds of each device's own in
   * place of all rounds on every device, or the other way round.
   */
  readonly turned: ReadonlySet<Node>;
  /** The axes along which each device has rounds of its own here: in a body they split nothing. */
  readonly apart: readonly string[];
  /** The primitives of composites: the same nodes, however often a program is written. */
  readonly expanded: Map<Node, readonly AnyTensor[]>;
}

/** How a node's work is split, and whether sums that its operands owe pass through it. */
export interface Split {
  readonly assignment: Assignment;
  readonly passes: boolean;
}

/**
 * What is chosen for a node. It was when loops may have run otherwise: where it splits along axes
 * along which devices are in rounds of their own now, it counts for nothing.
 */
export function chosenFor({ chosen, apart }: Plan, node: Node): Split | undefined {
  const split = chosen.get(node);
  if (!split || apart.length === 0) return split;
  const axes = Object.values(split.assignment).flat();
  return axes.some((axis) => apart.includes(axis)) ? undefined : split;
}

/** One op that a program computes, with what depends on how it is split. */
export interface Choice {
  readonly task: Task;
  /** How often it is computed in a run. */
  readonly runs: number;
  /** Seconds that each device computes in a run. */
  readonly work: number;
  readonly split: Split;
  /** Where results are to lie, and the rules that were asked: worked out for who asks why. */
  readonly aims: () => Aims;
  /** What it asks of each operand. */
  readonly operands: readonly Demand[];
  readonly results: readonly Track[];
}

/** What a choice reads and makes, each value once. */
export function tracksOf({ operands, results }: Choice): readonly Track[] {
  const tracks: Track[] = [];
  const add = (track: Track) => {
    if (!tracks.includes(track)) tracks.push(track);
  };
  for (const { track } of operands) add(track);
  for (const track of results) add(track);
  return tracks;
}

export interface Aims {
  readonly results: readonly Placement[];
  /** Those that stick to operands before the layout's. */
  readonly rules: RuleTable;
}

export function printSplit({ assignment, passes }: Split): string {
  return `${printSorted(assignment)} ${passes}`;
}

/** The same text for the same assignment, whatever the order of its dims. */
export function printSorted(assignment: Assignment): string {
  const dims = Object.keys(assignment).sort();
  return dims.map((dim) => `${dim}@${assignment[dim]!.join("+")}`).join(" ");
}
