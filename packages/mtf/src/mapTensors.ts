import { functionArgument } from "./arguments.ts";
import { sameDimSet } from "./dimension.ts";
import { MtfError } from "./errors.ts";
import { type AnyTensor, dimsOf, isTensor, type Tensor } from "./graph/tensor.ts";
import { misuse } from "./ops/check.ts";
import { treeArgument } from "./ops/trees.ts";
import { leavesOf, withLeaves } from "./tree.ts";

/** The dtypes of the tensors in a tree. */
export type DTypeIn<T> =
  T extends Tensor<infer _, infer D>
    ? D
    : T extends object
      ? { [K in keyof T]: DTypeIn<T[K]> }[keyof T &
          (T extends readonly unknown[] ? number : keyof T)]
      : never;

/**
 * The tree with each tensor replaced by what a function makes of it, and of the tensors in its place
 * in other trees alike. What it makes has the tensor's dims and dtype.
 *
 * @throws MtfError `wrong-input` unless the trees have tensors in the same places, `bad-argument`
 * where the function gives anything but a tensor
 * @example
 * const next = mapTensors((p, g) => sub(p, mul(g, 0.1)), params, gradient);
 */
export function mapTensors<T, Others extends readonly NoInfer<T>[]>(
  fn: <A extends string>(
    tensor: Tensor<A, DTypeIn<T>>,
    ...others: { [I in keyof Others]: Tensor<A, DTypeIn<T>> }
  ) => Tensor<A, DTypeIn<T>>,
  tree: T,
  ...others: Others
): T {
  functionArgument("mapTensors", "fn", fn);
  treeArgument("mapTensors", "tree", tree);
  others.forEach((other, i) => {
    treeArgument("mapTensors", `others[${i}]`, other);
  });
  const change = fn as unknown as (...leaves: readonly AnyTensor[]) => AnyTensor;
  const [result] = zipTensors("mapTensors", [tree, ...others], (leaves, path) => {
    const made: unknown = change(...leaves);
    if (isTensor(made)) return [made];
    throw new MtfError(
      "bad-argument",
      `mapTensors: the function gave ${typeof made} for '${path}', not a tensor.`,
      { path },
    );
  });
  return result ?? tree;
}

/** Trees like the first, made leaf by leaf from trees alike: a list for each result of `change`. */
export function zipTensors<T>(
  fn: string,
  trees: readonly [T, ...unknown[]],
  change: (leaves: readonly AnyTensor[], path: string) => readonly AnyTensor[],
): readonly T[] {
  const [first, ...others] = trees.map((tree) => leavesOf(tree, isTensor));
  for (const other of others) requireAlike(fn, first!, other);
  const results = first!.map(([path, leaf], i) =>
    change([leaf, ...others.map((other) => other[i]![1])], path),
  );
  const count = results[0]?.length ?? 0;
  return Array.from({ length: count }, (_, k) => {
    const leaves = results.map((result) => result[k]!);
    return withLeaves(trees[0], isTensor, leaves) as T;
  });
}

type Leaves = readonly (readonly [path: string, tensor: AnyTensor])[];

function requireAlike(fn: string, first: Leaves, other: Leaves): void {
  for (let i = 0; i < Math.max(first.length, other.length); i++) {
    const [[path, one] = [], [found, another] = []] = [first[i], other[i]];
    if (path !== found) throw treesDiffer(fn, path, found);
    if (sameDimSet(dimsOf(one!), dimsOf(another!))) continue;
    throw misuse(
      "size-mismatch",
      `${fn}: the trees differ at '${path}' in their dims.`,
      { one: one!, other: another! },
      [],
      { function: fn, path },
    );
  }
}

function treesDiffer(fn: string, path: string | undefined, found: string | undefined): MtfError {
  const [has, lacks] = [path, found].map((p) => (p === undefined ? "nothing" : `'${p}'`));
  return misuse(
    "wrong-input",
    `${fn}: the trees differ: where one has ${has}, another has ${lacks}.`,
    {},
    [],
    { function: fn, path: path ?? found },
  );
}
