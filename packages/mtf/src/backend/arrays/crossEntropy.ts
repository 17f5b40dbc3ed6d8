import { rowsAlong } from "../slices/rows.ts";
import { rangeIn } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";
import { rowLogsumexp } from "./softmax.ts";

/** logsumexp(logits) - logits[label], and 0 for a label outside. */
export const crossEntropy: Bind<"crossEntropy"> = ({ over }, operands, results) => {
  const [xs, ids, losses, totals] = rowsAlong(over, [...operands, ...results]);
  const { begin, size } = rangeIn(operands[0]!, over);
  return ([logits, labels], [loss, logsumexp]) => {
    for (let i = 0; i < xs!.start.length; i++) {
      const start = xs!.start[i]!;
      const label = labels![ids!.start[i]!]! - begin;
      const total = rowLogsumexp(logits!, start, xs!.step, size);
      const inside = label >= 0 && label < size;
      loss![losses!.start[i]!] = inside ? total - logits![start + label * xs!.step]! : 0;
      logsumexp![totals!.start[i]!] = total;
    }
  };
};

/**
 * dloss (softmax - one hot), nothing for a label outside the whole dim, and dlogsumexp softmax. The
 * slice may be a part of the dim.
 */
export const crossEntropyGrad: Bind<"crossEntropyGrad"> = ({ over }, operands, [result]) => {
  const [xs, ids, totals, dlosses, dtotals, targets] = rowsAlong(over, [...operands, result!]);
  const { begin, size } = rangeIn(operands[0]!, over);
  const whole = operands[0]!.dims.find((d) => d.name === over)!.size;
  return ([logits, labels, logsumexp, dloss, dlogsumexp], [out]) => {
    for (let i = 0; i < xs!.start.length; i++) {
      const label = labels![ids!.start[i]!]!;
      const inside = label >= 0 && label < whole;
      const down = inside ? dloss![dlosses!.start[i]!]! : 0;
      const both = down + dlogsumexp![dtotals!.start[i]!]!;
      const total = logsumexp![totals!.start[i]!]!;
      for (let j = 0; j < size; j++) {
        const p = Math.exp(logits![xs!.start[i]! + j * xs!.step]! - total);
        const to = targets!.start[i]! + j * targets!.step;
        out![to] = both * p - (begin + j === label ? down : 0);
      }
    }
  };
};
