import { MtfError } from "./errors.ts";

/**
 * Frees the memory of every handle in a tree, such as a run's result or a state.
 *
 * @throws MtfError `bad-argument`, before anything is freed, if there is something else in it, such as
 * a promise of a tree
 * @example
 * const results = { first: await run(numbers), second: await run(numbers) };
 * dispose(results);
 */
export function dispose(tree: object): void {
  for (const handle of handlesIn(tree, "")) handle[Symbol.dispose]();
}

function handlesIn(tree: unknown, path: string): readonly Disposable[] {
  if (tree === null || (typeof tree !== "object" && typeof tree !== "function")) return [];
  if (Symbol.dispose in tree) return [tree as Disposable];
  if (!isPlain(tree)) {
    const where =
      path === "" ? "what is to be disposed of" : `'${path}' of what is to be disposed of`;
    const isPromise = "then" in tree;
    throw new MtfError("bad-argument", `${where} is no tree of handles.`, {
      evidence: [["given", isPromise ? "a promise" : (tree.constructor?.name ?? typeof tree)]],
      try: isPromise ? ["dispose(await promise)"] : [],
    });
  }
  return Object.entries(tree).flatMap(([key, child]) => {
    return handlesIn(child, path === "" ? key : `${path}/${key}`);
  });
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
