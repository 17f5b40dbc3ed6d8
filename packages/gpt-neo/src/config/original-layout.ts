import type { Keys } from "./key-rules.ts";
import type { Note } from "./note.ts";

/** A layout of an original config, as far as its mesh has the axes. */
export interface OriginalLayout {
  readonly layout: unknown;
  readonly notes: readonly Note[];
}

/**
 * The rules of a config's layout whose axes are in its `mesh_shape`; the original ignored the others.
 * The 1.3B's own has one: `vocab:n_vocab`.
 *
 * @example
 * layoutIn({ mesh_shape: "x:4", layout: "batch:x,vocab:n_vocab" }).layout; // "batch:x"
 */
export function layoutIn({ layout, mesh_shape }: Keys): OriginalLayout {
  if (typeof layout !== "string" || typeof mesh_shape !== "string") return { layout, notes: [] };
  const axes = new Map(pairsIn(mesh_shape));
  const isThere = ([, axis]: readonly [string, string]): boolean => axes.has(axis);
  const written = pairsIn(layout);
  const left = written.filter((rule) => !isThere(rule)).map((rule) => rule.join(":"));
  if (left.length === 0) return { layout, notes: [] };
  const names = left.length === 1 ? "names no axis" : "name no axes";
  const told = `${left.join(", ")} ${names} of mesh_shape ${mesh_shape}`;
  return {
    layout: written
      .filter(isThere)
      .map((rule) => rule.join(":"))
      .join(","),
    notes: [["layout", `${told}: left out, as the original did`]],
  };
}

/** The size of the mesh axis that the batch is split over. */
export function replicasIn({ layout, mesh_shape }: Keys): number {
  const axis = new Map(pairsIn(layout)).get("batch");
  return Number((axis !== undefined && new Map(pairsIn(mesh_shape)).get(axis)) || 1);
}

/** `x:4,y:2`; what has no value has an empty one. */
function pairsIn(text: unknown): readonly (readonly [string, string])[] {
  return (typeof text === "string" ? text : "")
    .split(",")
    .filter((pair) => pair.trim() !== "")
    .map((pair) => {
      const [name = "", value = ""] = pair.trim().split(":", 2);
      return [name, value] as const;
    });
}
