import { nodesOf } from "../graph/graph.ts";
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
  readonly uses: Uses;
  /** Where inputs rest, which of them are given up, and where outputs go. */
  readonly inputs: readonly Placement[];
  readonly donated: ReadonlySet<string>;
  readonly outputs: readonly Placement[];
  readonly conflicts: readonly Conflict[];
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
    uses: usesOf(graph, nodes),
    inputs: traced.inputs.map(({ tensor, path }) => resting(dimsOf(tensor), path)),
    donated: new Set(donated.map(String)),
    outputs: traced.outputs.map(({ tensor, path }) =>
      resting(dimsOf(tensor), successors.get(path) ?? path),
    ),
    conflicts: conflictsOf([...given, ...nodes], layout),
  };
}
