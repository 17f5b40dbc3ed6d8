import type { Program, Value } from "../program/program.ts";
import { type Part, partOf, tensorsIn } from "./givenLeaves.ts";
import type { Wanted } from "./sources/array.ts";

/** What a program takes, worked out once for all its runs. */
export interface Takes {
  readonly count: number;
  readonly part: Part;
  readonly inputs: readonly Taken[];
}

export interface Taken {
  readonly wanted: Wanted;
  readonly value: Value;
  readonly donated: boolean;
  /** What an array was that fitted last: others that are the same need not be compared again. */
  fitted: Value | undefined;
}

/** @param tree the arguments as they were traced */
export function takesOf(program: Program, tree: readonly unknown[]): Takes {
  const part = partOf(tree, "");
  const tensors = tensorsIn(part);
  const inputs = program.inputs.map(({ value: number, donated }, i): Taken => {
    const { path, tensor } = tensors[i]!;
    const value = program.values[number]!;
    const wanted = { path, dims: value.dims, dtype: tensor.dtype, rest: value.rest };
    return { wanted, value, donated, fitted: undefined };
  });
  return { count: tree.length, part, inputs };
}
