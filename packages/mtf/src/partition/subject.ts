import { type Graph, nodesOf } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import { dimsOf } from "../graph/tensor.ts";
import type { Layout } from "../layout.ts";
import type { Placement } from "../program/placement.ts";
import type { Conflict } from "../program/program.ts";
import type { TracedLeaves } from "../trace.ts";
import { conflictsOf } from "./conflicts.ts";
import { donatedPlaces } from "./donate.ts";
import { restingBy } from "./place.ts";
import { type Uses, usesOf } from "./uses.ts";

/** A traced function under a layout, with what is the same however its program is planned. */
export interface Subject {
  readonly traced: TracedLeaves;
  readonly layout: Layout;
  readonly nodes: readonly Node[];
  /** Worked out for whoever writes a program. */
  readonly uses: () => Uses;
  /** Where inputs rest, which of them are given up, and where outputs go. */
  readonly inputs: readonly Placement[];
  readonly donated: ReadonlySet<string>;
  readonly outputs: readonly Placement[];
  readonly conflicts: readonly Conflict[];
  /** Of nodes that stand for several of a larger function, for how many. */
  readonly weights: ReadonlyMap<Node, number>;
}

export function subjectOf(
  traced: TracedLeaves,
  layout: Layout,
  donated: readonly number[],
): Subject {
  const { graph } = traced;
  const nodes = nodesOf(graph);
  const successors = donatedPlaces(traced, donated);
  const given = new Set(graph.inputs.map((input) => input["~node"]));
  const resting = restingBy(layout);
  return {
    traced,
    layout,
    nodes,
    uses: usesLater(graph, nodes),
    inputs: traced.inputs.map(({ tensor, path }) => resting(dimsOf(tensor), path)),
    donated: new Set(donated.map(String)),
    outputs: traced.outputs.map(({ tensor, path }) =>
      resting(dimsOf(tensor), successors.get(path) ?? path),
    ),
    conflicts: conflictsOf([...given, ...nodes], layout),
    weights: new Map(),
  };
}

/**
 * The same subject with its function computed otherwise.
 *
 * @param originals of nodes that are made anew, those that they are made after
 */
export function computedBy(
  subject: Subject,
  traced: TracedLeaves,
  originals: ReadonlyMap<Node, Node>,
): Subject {
  const nodes = nodesOf(traced.graph);
  const given = new Set(traced.graph.inputs.map((input) => input["~node"]));
  const weights = new Map<Node, number>();
  for (const node of nodes) {
    const weight = subject.weights.get(originals.get(node) ?? node);
    if (weight !== undefined) weights.set(node, weight);
  }
  return {
    ...subject,
    traced,
    nodes,
    uses: usesLater(traced.graph, nodes),
    conflicts: conflictsOf([...given, ...nodes], subject.layout),
    weights,
  };
}

export function usesLater(graph: Graph, nodes: readonly Node[]): () => Uses {
  let uses: Uses | undefined;
  return () => {
    uses ??= usesOf(graph, nodes);
    return uses;
  };
}
