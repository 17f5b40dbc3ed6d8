import type { Node } from "../graph/node.ts";
import type { Layout } from "../layout.ts";
import type { Conflict } from "../program/program.ts";
import { remembered } from "./plan/remembered.ts";

/**
 * Where two rules of a layout claim an axis for dims of one value: the earlier rule wins there, and
 * the other dim is whole. Each pair is told once, with the first line and how many values it
 * concerns.
 */
export function conflictsOf(nodes: readonly Node[], layout: Layout): readonly Conflict[] {
  const byNames = new Map<string, readonly Omit<Conflict, "values" | "line">[]>();
  const found = new Map<string, Conflict>();
  for (const node of nodes) {
    for (const { dims } of node.results) {
      let key = "";
      for (const { name } of dims) key += `${name} `;
      const pairs = remembered(byNames, key, () =>
        conflictsAmong(new Set(dims.map((d) => d.name)), layout),
      );
      for (const pair of pairs) {
        const text = `${pair.dim} ${pair.axis} ${pair.takenBy}`;
        const known = found.get(text);
        const values = (known?.values ?? 0) + 1;
        found.set(text, { ...pair, line: known?.line ?? node.line, values });
      }
    }
  }
  return [...found.values()];
}

function conflictsAmong(
  names: ReadonlySet<string>,
  { rules, mesh }: Layout,
): readonly Omit<Conflict, "values" | "line">[] {
  const taken = new Map<string, string>();
  const conflicts: Omit<Conflict, "values" | "line">[] = [];
  for (const [dim, axes] of rules) {
    if (!names.has(dim)) continue;
    for (const axis of axes) {
      if (mesh.axes[axis] === 1) continue;
      const takenBy = taken.get(axis);
      if (takenBy === undefined) taken.set(axis, dim);
      else conflicts.push({ dim, axis, takenBy });
    }
  }
  return conflicts;
}
