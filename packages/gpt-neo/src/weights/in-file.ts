import type { StoredDType, StridedTensor } from "mtf/files";
import type { FileSource } from "mtf/simulator";

/** The words that devices have for the types of weights. */
const stored: Partial<Record<StoredDType, FileSource["stored"]>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
};

/**
 * Where devices read a tensor by themselves: in a file, row by row, in a type of theirs. Undefined where
 * somebody else has to read it for them.
 *
 * @param bytes the file, and what tells it from another that takes its place
 */
export function inFile(
  { dtype, shape, strides, offset }: StridedTensor,
  { file, stamp }: { readonly file: string; readonly stamp: string | undefined },
): FileSource | undefined {
  const word = stored[dtype];
  if (word === undefined || stamp === undefined || !byRows(shape, strides)) return undefined;
  return { file, offset, stored: word, stamp };
}

function byRows(shape: readonly number[], strides: readonly number[] | undefined): boolean {
  let step = 1;
  for (let dim = shape.length - 1; strides && dim >= 0; dim--) {
    if (shape[dim] !== 1 && strides[dim] !== step) return false;
    step *= shape[dim]!;
  }
  return true;
}
