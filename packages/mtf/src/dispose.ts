import { wrongArgument } from "./arguments.ts";
import { isPlainObject } from "./record.ts";

/**
 * Frees the memory of every handle in a tree, such as a run's result or a state. Numbers, texts and
 * the like that stand among them are left alone.
 *
 * @throws MtfError `bad-argument`, before anything is freed, for what may hide handles: a promise of a
 * tree, a Map, a function or what a class made
 * @example
 * const state = await (await devices.load(begin))();
 * dispose(state);
 */
export function dispose(tree: object): void {
  for (const handle of handlesIn("tree", tree)) handle[Symbol.dispose]();
}

function handlesIn(path: string, tree: unknown): readonly Disposable[] {
  if (tree === null || (typeof tree !== "object" && typeof tree !== "function")) return [];
  if (Symbol.dispose in tree) return [tree as Disposable];
  if (!Array.isArray(tree) && !isPlainObject(tree)) {
    const advice = "then" in tree ? ["dispose(await promise)"] : [];
    throw wrongArgument("dispose", path, "a tree of handles", tree, { try: advice });
  }
  return Object.entries(tree).flatMap(([key, child]) => handlesIn(`${path}/${key}`, child));
}
