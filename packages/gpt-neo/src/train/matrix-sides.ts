import type { AnyTensor, Sides } from "mtf";

/** Dims that count matrices of their own. */
const stacked = ["experts"];

/**
 * From which dims a parameter's matrix leads to which: heads and the width of each are one side, as files
 * of weights have it. Undefined for what is no matrix.
 */
export function matrixSides(path: string, { names }: AnyTensor): Sides | undefined {
  const own = names.filter((name) => !stacked.includes(name));
  if (own.length < 2 || !own.includes("embd")) return undefined;
  const others = own.filter((name) => name !== "embd");
  return isOut(path)
    ? { inputs: others, outputs: ["embd"] }
    : { inputs: ["embd"], outputs: others };
}

/** Whether a matrix leads to the residual stream. */
function isOut(path: string): boolean {
  return /(^|\/)(out|down)$/.test(path);
}
