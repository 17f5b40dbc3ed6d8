import { type AnyTensor, dimsOf, isTensor } from "../graph/tensor.ts";
import { printPlacement, samePlacement } from "../spmd/placement.ts";
import type { Program, Value } from "../spmd/program.ts";
import { type ArrayState, checkUsable } from "./arrays.ts";
import type { Source } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import { stateOf } from "./sharded.ts";
import { type Wanted, wrongInput } from "./sources/array.ts";
import { type Divided, divide } from "./sources/divide.ts";

/** An input of a run: an array that the devices hold, or a source divided among them. */
export type Given =
  | { readonly kind: "array"; readonly array: ArrayState; readonly donated: boolean }
  | {
      readonly kind: "source";
      readonly value: Value;
      readonly divided: Divided;
      readonly donated: boolean;
    };

/**
 * What a run is given: checks everything and copies the numbers, but asks no source yet.
 *
 * @throws MtfError `wrong-input` naming the input
 */
export function givenTo(
  fleet: Fleet,
  program: Program,
  tree: readonly unknown[],
  inputs: readonly unknown[],
): readonly Given[] {
  const leaves = leavesIn(tree, inputs, "");
  const handles = leaves.map(([, , source]) => stateOf(source));
  return program.inputs.map(({ value: number, donated }, i): Given => {
    const [path, tensor, source] = leaves[i]!;
    const value = program.values[number]!;
    const wanted = { path, dims: value.dims, dtype: tensor.dtype };
    const array = handles[i];
    if (!array) {
      const divided = divide(source as Source, wanted, value.placement, fleet.mesh);
      return { kind: "source", value, divided, donated };
    }
    checkUsable(array);
    checkHandle(array, source as Value, value, wanted, fleet);
    if (donated && handles.indexOf(array) !== handles.lastIndexOf(array)) {
      throw wrongInput(wanted, `'${path}' is given up to the run and given to it once more.`);
    }
    return { kind: "array", array, donated };
  });
}

function checkHandle(
  held: ArrayState,
  handle: Value,
  value: Value,
  to: Wanted,
  fleet: Fleet,
): void {
  if (held.fleet !== fleet) throw wrongInput(to, `'${to.path}' lies on other devices.`);
  const shape = (v: Value) => `${v.dtype}[${v.dims.map((d) => `${d.name}=${d.size}`).join(", ")}]`;
  const given = { ...handle, dims: held.dims };
  if (shape(given) !== shape(value)) {
    throw wrongInput(to, `'${to.path}' was given ${shape(given)}.`);
  }
  if (!samePlacement(handle.placement, value.placement)) {
    const [rests, takes] = [handle.placement, value.placement].map(
      (placement) => printPlacement(placement) || "replicated",
    );
    throw wrongInput(to, `'${to.path}' rests ${rests} and the program takes it ${takes}.`, {
      try: ["await array.read() in its place"],
    });
  }
}

/** The leaves of a tree of tensors with what stands in the same places in the given tree. */
function leavesIn(tree: unknown, given: unknown, path: string): [string, AnyTensor, unknown][] {
  if (isTensor(tree)) {
    if (given !== undefined && given !== null) return [[path, tree, given]];
    const wanted = { path, dims: dimsOf(tree), dtype: tree.dtype };
    throw wrongInput(wanted, `'${path}' is missing.`);
  }
  if (tree === null || typeof tree !== "object") return [];
  return Object.entries(tree).flatMap(([key, child]) =>
    leavesIn(child, (given as Record<string, unknown> | undefined)?.[key], join(path, key)),
  );
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}/${key}`;
}
