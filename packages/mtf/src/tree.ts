import { wrongArgument } from "./arguments.ts";
import { MtfError } from "./errors.ts";

/**
 * A tree of values: a leaf, or an object or array of trees. Functions of the library take and
 * return trees, and keep their types.
 */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> };

/** Whether a value of a tree is a leaf: `isTensor`, `isSharded`. */
export type IsLeaf<Leaf> = (value: unknown) => value is Leaf;

/**
 * The leaves of a tree with their paths (`params/h/0/attn`), in the order of keys as written.
 *
 * @example
 * for (const [path, tensor] of leavesOf(state, isTensor)) console.log(path, tensor.names);
 */
export function leavesOf<Leaf>(tree: unknown, isLeaf: IsLeaf<Leaf>, path = ""): [string, Leaf][] {
  requireFunction("leavesOf", "isLeaf", isLeaf);
  const leaves: [string, Leaf][] = [];
  collect(tree, isLeaf, path, leaves);
  return leaves;
}

function collect<Leaf>(
  tree: unknown,
  isLeaf: IsLeaf<Leaf>,
  path: string,
  leaves: [string, Leaf][],
): void {
  if (isLeaf(tree)) {
    leaves.push([path, tree]);
    return;
  }
  if (tree === null || typeof tree !== "object") return;
  for (const [key, child] of Object.entries(tree)) {
    collect(child, isLeaf, path === "" ? key : `${path}/${key}`, leaves);
  }
}

/**
 * The tree with `change(leaf, path)` in place of every leaf.
 *
 * @example
 * const shapes = mapLeaves(params, isTensor, (x, path) => `${path}: ${x.names}`);
 */
export function mapLeaves<Leaf>(
  tree: unknown,
  isLeaf: IsLeaf<Leaf>,
  change: (leaf: Leaf, path: string) => unknown,
  path = "",
): unknown {
  requireFunction("mapLeaves", "isLeaf", isLeaf);
  requireFunction("mapLeaves", "change", change);
  return mapped(tree, isLeaf, change, path);
}

function mapped<Leaf>(
  tree: unknown,
  isLeaf: IsLeaf<Leaf>,
  change: (leaf: Leaf, path: string) => unknown,
  path: string,
): unknown {
  if (isLeaf(tree)) return change(tree, path);
  if (tree === null || typeof tree !== "object") return tree;
  const at = (key: string | number) => (path === "" ? `${key}` : `${path}/${key}`);
  if (Array.isArray(tree)) return tree.map((c, i) => mapped(c, isLeaf, change, at(i)));
  const entries = Object.entries(tree);
  return Object.fromEntries(entries.map(([k, c]) => [k, mapped(c, isLeaf, change, at(k))]));
}

/**
 * The tree with its leaves replaced, in order, by `leaves`.
 *
 * @throws MtfError `bad-argument` for more or fewer of them
 * @example
 * const sizes = withLeaves(params, isTensor, leavesOf(params, isTensor).map(([path]) => path));
 */
export function withLeaves<Leaf>(
  tree: unknown,
  isLeaf: IsLeaf<Leaf>,
  leaves: readonly unknown[],
): unknown {
  requireFunction("withLeaves", "isLeaf", isLeaf);
  let next = 0;
  const result = mapLeaves(tree, isLeaf, () => leaves[next++]);
  if (next === leaves.length) return result;
  throw new MtfError("bad-argument", "withLeaves: there is to be one value for each leaf.", {
    evidence: [
      ["leaves", `${next}`],
      ["given", `${leaves.length}`],
    ],
  });
}

function requireFunction(fn: string, argument: string, value: unknown): void {
  if (typeof value !== "function") throw wrongArgument(fn, argument, "a function", value);
}
