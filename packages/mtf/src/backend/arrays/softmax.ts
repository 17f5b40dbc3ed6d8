import { type Rows, rowsAlong } from "../slices/rows.ts";
import { rangeIn } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** The number at a place of one row. */
type Row = (j: number) => number;

/** The largest number of a row, which is NaN where one of them is. */
function largestOf(row: Row, size: number): number {
  let largest = -Infinity;
  for (let j = 0; j < size; j++) largest = Math.max(largest, row(j));
  return largest;
}

function sumOfExp(row: Row, size: number, shift: number): number {
  let sum = 0;
  for (let j = 0; j < size; j++) sum += Math.exp(row(j) - shift);
  return sum;
}

/** The sum of exp(x - shift) of one row, and the shift: its largest number, or 0 unless finite. */
export function shiftedSum(
  row: Row,
  size: number,
): { readonly sum: number; readonly shift: number } {
  const largest = largestOf(row, size);
  const shift = Number.isFinite(largest) ? largest : 0;
  return { sum: sumOfExp(row, size, shift), shift };
}

/** log sum exp x, without the dim: -infinity where every number is. */
export const logsumexp: Bind<"logsumexp"> = ({ over }, [x], [result]) => {
  const [source, target] = rowsAlong(over, [x!, result!]) as [Rows, Rows];
  const { size } = rangeIn(x!, over);
  return ([values], [out]) => {
    for (let i = 0; i < source.start.length; i++) {
      const row = (j: number) => values![source.start[i]! + j * source.step]!;
      const { sum, shift } = shiftedSum(row, size);
      out![target.start[i]!] = Math.log(sum) + shift;
    }
  };
};

/** sum exp(x - shift), without the dim. */
export const sumExp: Bind<"sumExp"> = ({ over }, [x, shift], [result]) => {
  const [source, shifts, target] = rowsAlong(over, [x!, shift!, result!]) as [Rows, Rows, Rows];
  const { size } = rangeIn(x!, over);
  return ([values, least], [out]) => {
    for (let i = 0; i < source.start.length; i++) {
      const row = (j: number) => values![source.start[i]! + j * source.step]!;
      out![target.start[i]!] = sumOfExp(row, size, least![shifts.start[i]!]!);
    }
  };
};

/** exp(x - max) / sum. */
export const softmax: Bind<"softmax"> = normalised((x, sum) => Math.exp(x) / sum);

/** x - max - log sum. */
export const logSoftmax: Bind<"logSoftmax"> = normalised((x, sum) => x - Math.log(sum));

/** A function of x - max and the sum of its exp along the row. */
function normalised(f: (x: number, sum: number) => number): Bind<"softmax" | "logSoftmax"> {
  const bind: Bind<"softmax" | "logSoftmax"> = ({ over }, [x], [result]) => {
    const [source, target] = rowsAlong(over, [x!, result!]) as [Rows, Rows];
    const { size } = rangeIn(x!, over);
    return ([values], [out]) => {
      for (let i = 0; i < source.start.length; i++) {
        const row = (j: number) => values![source.start[i]! + j * source.step]!;
        const largest = largestOf(row, size);
        const sum = sumOfExp(row, size, largest);
        for (let j = 0; j < size; j++) {
          out![target.start[i]! + j * target.step] = f(row(j) - largest, sum);
        }
      }
    };
  };
  return bind;
}

/** dx = y (dy - sum(y dy)). */
export const softmaxGrad: Bind<"softmaxGrad"> = gradient(
  (y, dy) => y * dy,
  (y, dy, sum) => y * (dy - sum),
);

/** dx = dy - exp(y) sum(dy). */
export const logSoftmaxGrad: Bind<"logSoftmaxGrad"> = gradient(
  (_, dy) => dy,
  (y, dy, sum) => dy - Math.exp(y) * sum,
);

function gradient(
  term: (y: number, dy: number) => number,
  f: (y: number, dy: number, sum: number) => number,
): Bind<"softmaxGrad" | "logSoftmaxGrad"> {
  const bind: Bind<"softmaxGrad" | "logSoftmaxGrad"> = ({ over }, [y, dy], [result]) => {
    const [ys, dys, target] = rowsAlong(over, [y!, dy!, result!]) as [Rows, Rows, Rows];
    const { size } = rangeIn(y!, over);
    return ([values, cotangents], [out]) => {
      for (let i = 0; i < ys.start.length; i++) {
        const valueAt = (j: number) => values![ys.start[i]! + j * ys.step]!;
        const cotangentAt = (j: number) => cotangents![dys.start[i]! + j * dys.step]!;
        let sum = 0;
        for (let j = 0; j < size; j++) sum += term(valueAt(j), cotangentAt(j));
        for (let j = 0; j < size; j++) {
          out![target.start[i]! + j * target.step] = f(valueAt(j), cotangentAt(j), sum);
        }
      }
    };
  };
  return bind;
}
