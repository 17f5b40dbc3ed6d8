import { type Dimension, elements } from "../../dimension.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { nearest } from "../../suggest.ts";
import { spread } from "../broadcast/broadcast.ts";
import { dtypesDiffer, hasDim, misuse, newDim, selectName, unionDims } from "../check.ts";
import { labelled, loneliness, lonelyDim } from "./lonely.ts";
import { product } from "./product.ts";

/** A product of any number of tensors; output dims that no operand has are broadcast. */
export function productOf(
  op: string,
  operands: readonly AnyTensor[],
  output: readonly unknown[],
): AnyTensor {
  const first = operands[0];
  if (!first) throw misuse("bad-argument", `${op}: there is nothing to multiply.`, {});
  for (const x of operands) if (x.dtype !== first.dtype) throw dtypesDiffer(op, first, x);
  const dims = outputDims(op, operands, output);
  const lonely = lonelyDim(operands, dims);
  if (lonely !== undefined) throw loneliness(op, operands, lonely, dims);
  let left = operands;
  while (left.length > 1) left = joinCheapestPair(left, dims);
  return spread(left[0]!, dims);
}

/** The dims of a product as its output names them. */
function outputDims(
  op: string,
  operands: readonly AnyTensor[],
  output: readonly unknown[],
): readonly Dimension[] {
  const known = unionDims(op, operands);
  const dims = output.map((select) => {
    const name = selectName(op, "output", select);
    const own = known.find((d) => d.name === name);
    if (own) return own;
    if (typeof select === "object") return newDim(op, "output", select);
    const near = nearest(
      name,
      known.map((d) => d.name),
    );
    throw misuse(
      "missing-dim",
      `${op}: no operand has a dim '${name}'.`,
      labelled(operands),
      near === undefined ? [] : [`"${near}"`],
      { dim: name },
    );
  });
  const names = dims.map((d) => d.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw misuse("duplicate-dim", `${op}: '${twice}' is given twice.`, {});
  return dims;
}

/** Multiplies the two operands whose product is smallest: greedy, and good for few operands. */
function joinCheapestPair(
  operands: readonly AnyTensor[],
  output: readonly Dimension[],
): AnyTensor[] {
  let best: { pair: readonly [number, number]; dims: readonly Dimension[] } | undefined;
  for (let i = 0; i < operands.length; i++) {
    for (let j = i + 1; j < operands.length; j++) {
      const dims = dimsOfPair(operands, i, j, output);
      if (!best || elements(dims) < elements(best.dims)) best = { pair: [i, j], dims };
    }
  }
  const { pair, dims } = best!;
  const [a, b] = pair.map((i) => operands[i]!) as [AnyTensor, AnyTensor];
  return [...operands.filter((_, i) => !pair.includes(i)), product(a, b, dims)];
}

/** What must remain of a pair's product, in the order of the output where that has it. */
function dimsOfPair(
  operands: readonly AnyTensor[],
  i: number,
  j: number,
  output: readonly Dimension[],
): readonly Dimension[] {
  const others = operands.filter((_, k) => k !== i && k !== j);
  const union = unionDims("einsum", [operands[i]!, operands[j]!]);
  const has = (d: Dimension) => union.some((own) => own.name === d.name);
  const inOutput = (d: Dimension) => output.some((own) => own.name === d.name);
  const needed = union.filter((d) => !inOutput(d) && others.some((o) => hasDim(o, d.name)));
  return [...output.filter(has), ...needed];
}
