import { tell } from "../arguments.ts";
import { printDims } from "../dimension.ts";
import { MtfError } from "../errors.ts";
import type { Typed } from "../graph/kinds.ts";
import { printPlacement, samePlacement } from "../program/placement.ts";
import type { Value } from "../program/program.ts";
import { sameRest } from "../rest/rest.ts";
import { captureLine } from "../sourceLine.ts";
import { type ArrayState, checkUsable } from "./arrays.ts";
import type { Source } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import { givenLeaves } from "./givenLeaves.ts";
import { stateOf } from "./sharded.ts";
import { printArray } from "./shown.ts";
import { type Wanted, wrongInput } from "./sources/array.ts";
import { type Divided, divide } from "./sources/divide.ts";
import type { Takes } from "./takes.ts";

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
 * @throws MtfError `wrong-input` naming the input, or for more of them than the program takes
 */
export function givenTo(fleet: Fleet, takes: Takes, given: readonly unknown[]): readonly Given[] {
  if (given.length > takes.count) throw surplus(takes.count, given);
  const leaves = givenLeaves(takes.part, given);
  const handles = leaves.map(stateOf);
  const twice = repeated(handles);
  return takes.inputs.map((taken, i): Given => {
    const { wanted, value, donated } = taken;
    const array = handles[i];
    if (!array) {
      const divided = divide(leaves[i] as Source, wanted, value.placement, fleet);
      return { kind: "source", value, divided, donated };
    }
    checkUsable(array, wanted.path);
    if (array.fleet !== fleet || array.value !== taken.fitted) {
      checkHandle(array, value, wanted, fleet);
      taken.fitted = array.value;
    }
    if (donated && twice?.has(array)) {
      throw wrongInput(
        wanted,
        `'${wanted.path}' is given up to the run and given to it once more.`,
      );
    }
    return { kind: "array", array, donated };
  });
}

let calls = 0;

/** What is there more than once; undefined where nothing is. */
function repeated(
  arrays: readonly (ArrayState | undefined)[],
): ReadonlySet<ArrayState> | undefined {
  const call = ++calls;
  let twice: Set<ArrayState> | undefined;
  for (const array of arrays) {
    if (!array) continue;
    if (array.call === call) {
      twice ??= new Set();
      twice.add(array);
    }
    array.call = call;
  }
  return twice;
}

function surplus(takes: number, given: readonly unknown[]): MtfError {
  const sentence = `run: the program takes ${takes} ${takes === 1 ? "input" : "inputs"}, and is given ${given.length}.`;
  return new MtfError("wrong-input", sentence, {
    path: `${takes}`,
    evidence: [
      ["surplus", given.slice(takes).map(tell).join(", ")],
      ["at", captureLine()],
    ],
  });
}

function checkHandle(array: ArrayState, value: Value, to: Wanted, fleet: Fleet): void {
  checkShape(array, value, to, fleet);
  if (samePlacement(array.placement, value.placement)) return;
  const [rests, takes] = [array.placement, value.placement].map(
    (placement) => printPlacement(placement) || "replicated",
  );
  const argument = to.path.split("/")[0];
  throw wrongInput(to, `'${to.path}' rests ${rests} and the program takes it ${takes}.`, {
    try: [`const moved = await devices.reshard(held, program, ${argument}).run()`],
  });
}

/** @throws MtfError `wrong-input` if an array is not on these devices, or another tensor than wanted */
export function checkShape(array: ArrayState, value: Value, to: Wanted, fleet: Fleet): void {
  if (array.fleet !== fleet) throw wrongInput(to, `'${to.path}' lies on other devices.`);
  if (sameArray(array, value)) return;
  const shape = (typed: Typed) =>
    typed.rest ? printArray(typed) : `${typed.dtype}[${printDims(typed.dims)}]`;
  throw wrongInput(to, `'${to.path}' was given ${shape(array)}.`);
}

function sameArray(a: Typed, b: Typed): boolean {
  if (a.dtype !== b.dtype || a.dims.length !== b.dims.length || !sameRest(a.rest, b.rest))
    return false;
  return a.dims.every(({ name, size }, i) => name === b.dims[i]!.name && size === b.dims[i]!.size);
}
