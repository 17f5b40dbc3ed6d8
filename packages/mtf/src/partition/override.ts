import { MtfError } from "../errors.ts";
import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, dimsOf, endOf } from "../graph/tensor.ts";
import { type Mesh, printMesh } from "../mesh.ts";
import { nearest } from "../suggest.ts";
import { place } from "./place.ts";
import { defineValue, originOf, type Scope, versionsOf } from "./scope.ts";
import { before, stickOverride } from "./stuck.ts";
import { bring } from "./versions.ts";

/** A value brought to where its own rules put it, the layout's holding for its other dims. */
export function partitionOverride(scope: Scope, node: NodeOf<"withLayout">): void {
  const operand: AnyTensor = node.operands[0]!;
  const { layout } = scope;
  for (const [dim, axes] of Object.entries(node.attributes.rules)) {
    for (const axis of axes)
      if (!layout.mesh.names.includes(axis)) throw unknownAxis(node, dim, axis, layout.mesh);
  }
  const rules = before(Object.entries(node.attributes.rules), layout.rules);
  const to = place(dimsOf(operand), rules, layout.mesh);
  const value = bring(scope.builder, versionsOf(scope, operand), to, originOf(node));
  defineValue(scope, endOf(node, 0), value, originOf(node));
  scope.anchored.set(scope.builder.values[value]!, node);
  stickOverride(scope.stuck, node);
}

function unknownAxis(
  { line }: NodeOf<"withLayout">,
  dim: string,
  axis: string,
  mesh: Mesh,
): MtfError {
  const near = nearest(axis, mesh.names);
  return new MtfError("unknown-axis", `withLayout: the mesh has no axis '${axis}'.`, {
    function: "withLayout",
    argument: "rules",
    axis,
    evidence: [
      ["rule", `${dim} -> ${axis}`],
      ["mesh", printMesh(mesh)],
      ["at", line],
    ],
    ...(near !== undefined && { try: [near] }),
  });
}
