import { type Layout, type Mesh, parseRules, printMesh } from "mtf";
import type { Config } from "../config/index.ts";
import type { Dims } from "../models/index.ts";
import { layoutOf, meshOf, type SessionOptions } from "../session.ts";

/** Where a run is computed, and how it is split there. */
export interface RunLayout {
  readonly mesh: Mesh;
  readonly layout: Layout;
  /** Which rules of the config are left out. */
  readonly notes: readonly string[];
}

/**
 * The mesh and the layout of the command line, or else the config's. A config's rules belong to its
 * own mesh: on another one they hold as long as it has their axes.
 *
 * @throws MtfError as `meshOf` and `layoutOf`
 */
export function runLayout(
  options: Pick<SessionOptions, "mesh" | "layout" | "storage">,
  { training }: Config,
  dims: Dims,
  mesh: Mesh = meshOf({ mesh: options.mesh ?? training.mesh ?? undefined }, training.batch_size),
): RunLayout {
  const notes: string[] = [];
  const rulesOf = (key: "layout" | "storage"): string | undefined => {
    const written = training[key];
    if (options[key] !== undefined || written === null) return options[key];
    if (options.mesh === undefined || axesIn(written).every((axis) => mesh.names.includes(axis))) {
      return written;
    }
    notes.push(`${key} ${written} is for another mesh than ${printMesh(mesh)}: left out`);
    return undefined;
  };
  const rules = { layout: rulesOf("layout"), storage: rulesOf("storage") };
  return { mesh, layout: layoutOf(rules, mesh, dims), notes };
}

function axesIn(rules: string): readonly string[] {
  return Object.values(parseRules(rules)).flat();
}
