import { type AnyTensor, type Dimension, placeholder } from "mtf";
import { addsToResidual } from "./initial-spread.ts";
import { flatDims, type Parameter } from "./parameter.ts";
import type { WeightsDType } from "./weights-dtype.ts";

/** A parameter without numbers that rests as weights do: as int8, only matrices and tables. */
export function resting(parameter: Parameter, dtype: WeightsDType): AnyTensor {
  const dims = flatDims(parameter);
  switch (dtype) {
    case "float32":
      return placeholder(dims);
    case "bfloat16":
    case "float16":
      return placeholder(dims, { rest: dtype });
    case "int8": {
      const scales = keptDims(parameter, dims);
      return scales ? placeholder(dims, { rest: { dtype, scales } }) : placeholder(dims);
    }
  }
}

/** The dims that a matrix's products keep: what it makes, and of a table its rows. */
function keptDims(
  { begin }: Parameter,
  dims: readonly Dimension[],
): readonly Dimension[] | undefined {
  if (typeof begin === "number") return undefined;
  return dims.filter(({ name }) => (name === "embd") === addsToResidual(begin));
}
