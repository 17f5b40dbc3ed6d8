import { tell } from "../../arguments.ts";
import { MtfError } from "../../errors.ts";
import { isTensor } from "../../graph/tensor.ts";
import { printMesh } from "../../mesh.ts";
import { isPlainObject } from "../../record.ts";
import { checkUsable, whyGone } from "../../runtime/arrays.ts";
import type { AnySharded, Sharded } from "../../runtime/devices.ts";
import { isSharded, stateOf } from "../../runtime/sharded.ts";

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
 * @throws MtfError `bad-argument` where there are none, or anything else in it, a path that two have, one that
 * is gone, or more than one mesh; `poisoned` where the run that was to make one failed
 */
export function tensorsIn(tree: unknown): ReadonlyMap<string, Sharded> {
  const tensors = new Map<string, Sharded>();
  const within: unknown[] = [];
  const take = (value: unknown, path: string): void => {
    if (isSharded(value)) {
      if (tensors.has(path)) throw refused(path, "is the path of two tensors", "other keys");
      tensors.set(path, checked(value, path));
    } else if (Array.isArray(value) || isPlainObject(value)) {
      if (within.includes(value)) throw refused(path, "is within itself", "a tree");
      within.push(value);
      for (const [key, child] of Object.entries(value)) {
        take(child, path === "" ? key : `${path}/${key}`);
      }
      within.pop();
    } else if (value !== undefined) throw refused(path, ...kindOf(value));
  };
  take(tree, "");
  if (tensors.size === 0) {
    throw new MtfError("bad-argument", "there are no tensors on devices in the tree to save.", {
      evidence: [["tree", tell(tree)]],
      try: ["what a run gave"],
    });
  }
  const meshes = new Set([...tensors.values()].map(({ mesh }) => printMesh(mesh) || "one device"));
  if (meshes.size <= 1) return tensors;
  throw new MtfError("bad-argument", "the tensors of a checkpoint lie on one mesh.", {
    evidence: [["meshes", [...meshes].join(" and ")]],
  });
}

function checked(value: Sharded, path: string): Sharded {
  const held = stateOf(value)!;
  const gone = whyGone(held);
  if (gone) throw refused(path, `is gone: ${gone.why}`, gone.instead);
  checkUsable(held);
  return value;
}

/** What a value is, and what to give in its place. */
function kindOf(value: unknown): readonly [what: string, instead: string] {
  if (isTensor(value)) {
    return ["is a tensor under trace, which holds no numbers", "what a run of the function gave"];
  }
  if (value instanceof Promise) return ["is a promise", "await run(…)"];
  const kind =
    typeof value === "object" || typeof value === "symbol" ? tell(value) : `a ${typeof value}`;
  return [`is ${kind}`, "saveCheckpoint(folder, state, { step }), where JSON can hold it"];
}

function refused(path: string, what: string, instead: string): MtfError {
  const where = path === "" ? "the state" : `'${path}'`;
  return new MtfError("bad-argument", `${where} ${what}: a checkpoint takes tensors on devices.`, {
    try: [instead],
    path,
  });
}
