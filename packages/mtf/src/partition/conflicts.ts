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
  const rivals = rivalsOf(layout);
  const byNames = new Map<string, readonly Omit<Conflict, "values" | "line">[]>();
  const found = new Map<string, Conflict>();
  for (const node of nodes) {
    for (const { dims } of node.results) {
      let names = "";
      let count = 0;
      for (const { name } of dims) {
        if (!rivals.has(name)) continue;
        names += `${name} `;
        count++;
      }
      if (count < 2) continue;
      const pairs = remembered(byNames, names, () =>
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

/** The dims whose rules claim an axis that another dim's claims, too. */
function rivalsOf({ rules }: Layout): ReadonlySet<string> {
  const claims = new Map<string, string[]>();
  for (const [dim, axes] of rules) {
    for (const axis of axes) remembered(claims, axis, () => []).push(dim);
  }
  return new Set([...claims.values()].flatMap((dims) => (dims.length > 1 ? dims : [])));
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
