import { tell } from "../arguments.ts";
import { type ErrorDetails, type Evidence, MtfError } from "../errors.ts";
import { type AnyTensor, isTensor, typeOf } from "../graph/tensor.ts";
import { entryOf } from "../record.ts";
import { wrongInput } from "./sources/array.ts";

/**
 * The leaves of a tree of tensors with what stands in the same places in a given tree.
 *
 * @throws MtfError `wrong-input` if there is nothing, or another number where the program has one
 */
export function givenLeaves(
  tree: unknown,
  given: unknown,
  path: string,
  within?: unknown,
): [string, AnyTensor, unknown][] {
  if (isTensor(tree)) {
    if (given !== undefined && given !== null) return [[path, tree, given]];
    const wanted = { path, ...typeOf(tree) };
    throw wrongInput(wanted, `'${path}' is missing.`, path.includes("/") ? insteadOf(within) : {});
  }
  if (tree === null || typeof tree !== "object") {
    if (given !== undefined && !Object.is(given, tree)) throw notTheSame(path, tree, given);
    return [];
  }
  return Object.entries(tree).flatMap(([key, child]) =>
    givenLeaves(child, childOf(given, key), join(path, key), given),
  );
}

/** What is no tensor was part of the function when it was traced. */
function notTheSame(path: string, traced: unknown, given: unknown): MtfError {
  const sentence = `'${path}' is ${tell(traced)} in this program, and was given ${tell(given)}.`;
  return new MtfError("wrong-input", sentence, {
    path,
    ...(typeof traced === "number" && {
      try: ["placeholder([]) for it among the inputs of lower"],
    }),
  });
}

/** What stands where the tree of a missing tensor should be. */
function insteadOf(given: unknown): ErrorDetails {
  const evidence: Evidence[] = [["given", tell(given)]];
  return { evidence, ...(given instanceof Map && { try: ["Object.fromEntries(map)"] }) };
}

function childOf(given: unknown, key: string): unknown {
  if (typeof given !== "object" || given === null) return undefined;
  return entryOf(given as Readonly<Record<string, unknown>>, key);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}/${key}`;
}
