import type { Instruction, Lowered, Placement, Program, Tensor, Value } from "mtf";

type Grid = Tensor<"row" | "column">;

/** A program as `lower` gives it, of one value that is brought from one placement to others. */
export function handWritten(
  mesh: Program["mesh"],
  tensor: Grid,
  from: Placement,
  steps: readonly { readonly to: Placement; readonly instruction: Instruction }[],
): Lowered<readonly [Grid], readonly [Grid]> {
  const dims = [tensor.dims.row, tensor.dims.column];
  const value = (placement: Placement): Value => ({ dims, dtype: "float32", placement });
  const program: Program = {
    mesh,
    values: [value(from), ...steps.map(({ to }) => value(to))],
    inputs: [{ path: "0", value: 0, donated: false }],
    outputs: [{ path: "0", value: steps.length }],
    instructions: steps.map(({ instruction }) => instruction),
  };
  return { program, arguments: [tensor], result: [tensor], toString: () => "by hand" };
}
