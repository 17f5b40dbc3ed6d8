import { type AnyTensor, dimsOf, isTensor } from "../graph/tensor.ts";
import { entryOf } from "../record.ts";
import { wrongInput } from "./sources/array.ts";

/**
 * The leaves of a tree of tensors with what stands in the same places in a given tree.
 *
 * @throws MtfError `wrong-input` if there is nothing
 */
export function givenLeaves(
  tree: unknown,
  given: unknown,
  path: string,
): [string, AnyTensor, unknown][] {
  if (isTensor(tree)) {
    if (given !== undefined && given !== null) return [[path, tree, given]];
    const wanted = { path, dims: dimsOf(tree), dtype: tree.dtype };
    throw wrongInput(wanted, `'${path}' is missing.`);
  }
  if (tree === null || typeof tree !== "object") return [];
  return Object.entries(tree).flatMap(([key, child]) =>
    givenLeaves(child, childOf(given, key), join(path, key)),
  );
}

function childOf(given: unknown, key: string): unknown {
  if (typeof given !== "object" || given === null) return undefined;
  return entryOf(given as Readonly<Record<string, unknown>>, key);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}/${key}`;
}
