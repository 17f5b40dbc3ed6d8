import type { Dimension } from "../dimension.ts";
import type { Layout, RuleTable, StorageRule } from "../layout.ts";
import type { Mesh } from "../mesh.ts";
import type { Placement } from "../program/placement.ts";
import { entryOf } from "../record.ts";
import { remembered } from "./plan/remembered.ts";

/** Claims of dims on axes, in order of priority. */
export type Claims = readonly (readonly [dim: string, axes: readonly string[]])[];

/**
 * Gives each axis to the first dim that claims it. Axes of size 1 split nothing and are left out;
 * a dim that lost an axis keeps those after it.
 */
export function assign(claims: Claims, dims: ReadonlySet<string>, mesh: Mesh): Placement["split"] {
  const taken = new Set<string>();
  const split: Record<string, string[]> = {};
  for (const [dim, axes] of claims) {
    if (!dims.has(dim) || entryOf(split, dim)) continue;
    const free = axes.filter((axis) => !taken.has(axis) && mesh.axes[axis]! > 1);
    if (free.length === 0) continue;
    split[dim] = free;
    for (const axis of free) taken.add(axis);
  }
  return split;
}

/** Where the rules put a value with these dims. */
export function place(dims: readonly Dimension[], rules: RuleTable, mesh: Mesh): Placement {
  return { split: assign(rules, new Set(dims.map((d) => d.name)), mesh), partial: [] };
}

/**
 * Where arguments and results rest: by the storage rules for their paths, then the others. For those
 * with the same dims and rules it is worked out once.
 */
export function restingBy({
  storage,
  rules,
  mesh,
}: Layout): (dims: readonly Dimension[], path: string) => Placement {
  const known = new Map<string, Placement>();
  return (dims, path) => {
    let text = "";
    for (const rule of storage) text += concerns(rule, path) ? "1" : "0";
    for (const { name } of dims) text += ` ${name}`;
    return remembered(known, text, () => {
      const stored = storage.filter((rule) => concerns(rule, path)).flatMap((rule) => rule.rules);
      return place(dims, [...stored, ...rules], mesh);
    });
  };
}

/** Whether a storage rule is about an argument or result: its path has these segments. */
export function concerns({ path: part }: StorageRule, path: string): boolean {
  return part === "" || `/${path}/`.includes(`/${part}/`);
}

/** The part of a split that concerns these dims. */
export function restrict(split: Placement["split"], dims: readonly string[]): Placement["split"] {
  return Object.fromEntries(Object.entries(split).filter(([dim]) => dims.includes(dim)));
}
