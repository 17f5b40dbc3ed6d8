import { coordinateOf, deviceAt, groupOf, type Mesh, rankOf } from "../../mesh.ts";

/** The devices that differ along some axes, and which of them one is. */
export interface Group {
  /** In ascending order. */
  readonly members: readonly number[];
  readonly rank: number;
}

/** Finds the groups of a mesh's devices. The devices of a group share the list of its members. */
export function groupsOf(mesh: Mesh): (device: number, axes: readonly string[]) => Group {
  const known = new Map<string, readonly number[]>();
  return (device, axes) => {
    const origin = Object.fromEntries(axes.map((axis) => [axis, 0]));
    const lowest = deviceAt(mesh, { ...coordinateOf(mesh, device), ...origin });
    const key = `${lowest} ${axesKey(mesh, axes)}`;
    const members = known.get(key) ?? groupOf(mesh, lowest, axes);
    known.set(key, members);
    return { members, rank: rankOf(mesh, device, axes) };
  };
}

/** Names a set of axes, in whatever order it was written. */
export function axesKey(mesh: Mesh, axes: readonly string[]): string {
  return mesh.names.filter((axis) => axes.includes(axis) && mesh.axes[axis]! > 1).join("+");
}
