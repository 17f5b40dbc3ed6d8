import { type Dimension, elements } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { Op } from "../../graph/kinds.ts";
import { makeTensor } from "../../graph/node.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import type { Mesh } from "../../mesh.ts";
import type { Lowered } from "../../program/lowered.ts";
import { type Placement, replicated } from "../../program/placement.ts";
import type { Compute, Instruction, Origin, Program, Value } from "../../program/program.ts";

export const origin: Origin = { line: "model.ts:7", pass: "forward", cause: "test" };

export function aValue(
  dims: readonly Dimension[],
  placement: Placement = replicated,
  dtype: DType = "float32",
): Value {
  return { dims, dtype, placement };
}

export function compute(op: Op, operands: readonly number[], results: readonly number[]): Compute {
  return { kind: "compute", op, operands, results, origin };
}

export function elementwise(
  fn: "add" | "mul" | "identity" | "exp",
  operands: readonly number[],
  result: number,
  scalars: readonly (number | null)[] = operands.map(() => null),
): Compute {
  return compute({ kind: "elementwise", attributes: { fn, scalars } }, operands, [result]);
}

/** A program by hand. */
export function programOf(
  mesh: Mesh,
  values: readonly Value[],
  inputs: readonly (number | { readonly donated: number })[],
  outputs: readonly number[],
  instructions: readonly Instruction[],
): Program {
  return {
    mesh: mesh.axes,
    values,
    inputs: inputs.map((input, i) => {
      const donated = typeof input !== "number";
      return { path: `${i}`, value: donated ? input.donated : input, donated };
    }),
    outputs: outputs.map((value, i) => ({ path: `${i}`, value })),
    instructions,
  };
}

/** A program as `lower` gives it: its arguments and results are lists of tensors. */
export function loweredOf(program: Program): Lowered<readonly AnyTensor[], readonly AnyTensor[]> {
  const tensor = ({ value, path }: { value: number; path: string }) =>
    makeTensor("input", { path }, [], program.values[value]!);
  const text = "a program by hand";
  const [given, made] = [program.inputs.map(tensor), program.outputs.map(tensor)];
  return { program, arguments: given, result: made, toString: () => text };
}

/** 0, 1, 2 … as a value's numbers. */
export function counting(dims: readonly Dimension[], from = 0): Float32Array {
  return Float32Array.from({ length: elements(dims) }, (_, i) => from + i);
}
