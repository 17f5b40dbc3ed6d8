import { asyncFunction, isGenerator, isHeldLike, tell, wrongArgument } from "../arguments.ts";
import { MtfError } from "../errors.ts";
import { type AnyTensor, isTensor } from "../graph/tensor.ts";
import { isPlainObject } from "../record.ts";
import { captureLine } from "../sourceLine.ts";
import { leavesOf } from "../tree.ts";
import { heldAdvice } from "./check.ts";

// The trees of tensors that functions take and give. What is looked into is an array or an object
// that was written as one: tensors in a Map, or in what a class made, would not be found.

/** The tensors of a tree, in order. */
export function tensorsOf(tree: unknown): readonly AnyTensor[] {
  return leavesOf(tree, isTensor).map(([, x]) => x);
}

/** An argument that may hold tensors, and other values beside them. */
export function treeArgument(fn: string, argument: string, tree: unknown): void {
  const hidden = hiddenIn(tree);
  if (!hidden) return;
  const { path, value } = hidden;
  const map = value instanceof Map ? ["Object.fromEntries(map)"] : [];
  throw wrongArgument(fn, `${argument}${path}`, "a tensor, or an array or object of them", value, {
    try: isHeldLike(value) ? [heldAdvice] : map,
  });
}

/** The first object of a tree that is not looked into, and where it is. */
function hiddenIn(tree: unknown): { readonly path: string; readonly value: object } | undefined {
  if (typeof tree !== "object" || tree === null || isTensor(tree)) return undefined;
  if (!Array.isArray(tree) && !isPlainObject(tree)) return { path: "", value: tree };
  for (const key of Object.keys(tree)) {
    const found = hiddenIn((tree as Readonly<Record<string, unknown>>)[key]);
    if (found) return { ...found, path: `.${key}${found.path}` };
  }
  return undefined;
}

/**
 * What a traced function gives: nothing but tensors.
 *
 * @throws MtfError `bad-result`, `async-function` for a Promise
 */
export function requireTensors(fn: string, tree: unknown, path = ""): void {
  if (isTensor(tree)) return;
  if (Array.isArray(tree) || isPlainObject(tree)) {
    for (const [key, child] of Object.entries(tree)) {
      requireTensors(fn, child, path === "" ? key : `${path}/${key}`);
    }
    return;
  }
  const at = path === "" ? "" : ` at '${path}'`;
  if (isPromise(tree)) throw asyncFunction(`${fn}: the function gave a Promise${at}.`, { path });
  throw new MtfError(
    "bad-result",
    `${fn}: the function gave ${tell(tree)}${at} where only tensors can be given.`,
    { function: fn, argument: "fn", path, evidence: [["at", captureLine()]], try: [advice(tree)] },
  );
}

export function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

function advice(given: unknown): string {
  if (typeof given === "number") return "constant(…) makes a tensor of a number";
  if (isGenerator(given)) return "a function without *, which returns tensors";
  if (given instanceof Map) return "Object.fromEntries(map)";
  return given === undefined ? "return …, a tensor" : "a tensor, or an array or object of them";
}
