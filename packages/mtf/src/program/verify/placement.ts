import type { Mesh } from "../../mesh.ts";
import type { Value } from "../program.ts";

/**
 * What is wrong with where a value lies: dims that it has are split by axes of the mesh, an axis
 * splits or is owed over once, and only numbers are summed.
 */
export function placementFault(
  { dims, dtype, rest, placement }: Value,
  mesh: Mesh,
): string | undefined {
  const used: string[] = [];
  for (const [dim, axes] of Object.entries(placement.split)) {
    if (!dims.some((d) => d.name === dim)) return `it is split by '${dim}', which it lacks`;
    if (axes.length === 0) return `'${dim}' is split by no axis`;
    used.push(...axes);
  }
  const { partial } = placement;
  used.push(...partial);
  if (partial.length > 0 && rest) return "a sum of narrow numbers is owed";
  if (partial.length > 0 && dtype === "bool") return "a sum of bools is owed";
  const unknown = used.find((axis) => mesh.axes[axis] === undefined);
  if (unknown) return `the mesh has no axis '${unknown}'`;
  const twice = used.find((axis, i) => used.indexOf(axis) !== i);
  if (twice) return `axis '${twice}' is used twice`;
  const inOrder = partial.every((axis, i) => {
    return i === 0 || mesh.names.indexOf(partial[i - 1]!) < mesh.names.indexOf(axis);
  });
  return inOrder ? undefined : "the axes owed over are not in the mesh's order";
}
