import { MtfError } from "../../errors.ts";
import { isTensor } from "../../graph/tensor.ts";
import { printMesh } from "../../mesh.ts";
import type { AnySharded, Sharded } from "../../runtime/devices.ts";
import { checkUsable, isSharded, stateOf } from "../../runtime/sharded.ts";

/** The tree itself where it holds tensors on devices alone; anything else in it is `never`. */
export type OnlyHeld<T> = T extends AnySharded
  ? T
  : T extends object
    ? { readonly [K in keyof T]: OnlyHeld<T[K]> }
    : T extends undefined
      ? T
      : never;

/**
 * The tensors of a tree by their paths.
 *
 * @throws MtfError `bad-argument` where there is anything else in it, a path that two have, or more
 * than one mesh; what `read` throws where one cannot be read
 */
export function tensorsIn(tree: unknown): ReadonlyMap<string, Sharded> {
  const tensors = new Map<string, Sharded>();
  const take = (value: unknown, path: string): void => {
    if (isSharded(value)) {
      checkUsable(stateOf(value)!);
      if (tensors.has(path)) throw refused(path, "is the path of two tensors");
      tensors.set(path, value);
    } else if (isPlain(value)) {
      for (const [key, child] of Object.entries(value)) {
        take(child, path === "" ? key : `${path}/${key}`);
      }
    } else if (value !== undefined) throw refused(path, `is ${kindOf(value)}`);
  };
  take(tree, "");
  const meshes = new Set([...tensors.values()].map(({ mesh }) => printMesh(mesh)));
  if (meshes.size <= 1) return tensors;
  throw new MtfError("bad-argument", "the tensors of a checkpoint lie on one mesh.", {
    evidence: [["meshes", [...meshes].join(" and ")]],
  });
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const kind: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || kind === Object.prototype || kind === null;
}

function kindOf(value: unknown): string {
  if (isTensor(value)) return "a tensor of a function, which holds no numbers";
  if (value instanceof Promise) return "a promise";
  return value === null
    ? "null"
    : typeof value === "object"
      ? value.constructor.name
      : typeof value;
}

function refused(path: string, what: string): MtfError {
  const where = path === "" ? "the tree" : `'${path}'`;
  return new MtfError("bad-argument", `${where} ${what}: a checkpoint takes tensors on devices.`, {
    try: ["numbers and settings among the metadata: saveCheckpoint(folder, state, { step })"],
    path,
  });
}
