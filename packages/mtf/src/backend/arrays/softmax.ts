import type { HostArray } from "../../dtype.ts";
import { type Rows, rowsAlong } from "../slices/rows.ts";
import { rangeIn } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** log sum exp of one row, which is -infinity where every number is. */
export function rowLogsumexp(values: HostArray, start: number, step: number, size: number): number {
  let max = -Infinity;
  for (let j = 0; j < size; j++) max = Math.max(max, values[start + j * step]!);
  const shift = Number.isFinite(max) ? max : 0;
  let sum = 0;
  for (let j = 0; j < size; j++) sum += Math.exp(values[start + j * step]! - shift);
  return shift + Math.log(sum);
}

/** log sum exp x, without the dim. */
export const logsumexp: Bind<"logsumexp"> = ({ over }, [x], [result]) => {
  const [source, target] = rowsAlong(over, [x!, result!]);
  const { size } = rangeIn(x!, over);
  return ([values], [out]) => {
    for (let i = 0; i < source!.start.length; i++) {
      const row = rowLogsumexp(values!, source!.start[i]!, source!.step, size);
      out![target!.start[i]!] = row;
    }
  };
};

/** exp(x - max) / sum. */
export const softmax: Bind<"softmax"> = normalised((x, total) => Math.exp(x - total));

/** x - logsumexp(x). */
export const logSoftmax: Bind<"logSoftmax"> = normalised((x, total) => x - total);

function normalised(f: (x: number, logsumexp: number) => number): Bind<"softmax" | "logSoftmax"> {
  const bind: Bind<"softmax" | "logSoftmax"> = ({ over }, [x], [result]) => {
    const [source, target] = rowsAlong(over, [x!, result!]) as [Rows, Rows];
    const { size } = rangeIn(x!, over);
    return ([values], [out]) => {
      for (let i = 0; i < source.start.length; i++) {
        const [from, to] = [source.start[i]!, target.start[i]!];
        const total = rowLogsumexp(values!, from, source.step, size);
        for (let j = 0; j < size; j++) {
          out![to + j * target.step] = f(values![from + j * source.step]!, total);
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
