import { rowsAlong } from "../slices/rows.ts";
import { rangeIn } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";
import { shiftedSum } from "./softmax.ts";

/** logsumexp(logits) - logits[label], and 0 for a label outside; what the logsumexp is made of. */
export const crossEntropy: Bind<"crossEntropy"> = ({ over }, operands, results) => {
  const [xs, ids, losses, sums, shifts] = rowsAlong(over, [...operands, ...results]);
  const { begin, size } = rangeIn(operands[0]!, over);
  return ([logits, labels], [loss, total, by]) => {
    for (let i = 0; i < xs!.start.length; i++) {
      const row = (j: number) => logits![xs!.start[i]! + j * xs!.step]!;
      const label = labels![ids!.start[i]!]! - begin;
      const { sum, shift } = shiftedSum(row, size);
      const inside = label >= 0 && label < size;
      loss![losses!.start[i]!] = inside ? Math.log(sum) + (shift - row(label)) : 0;
      total![sums!.start[i]!] = sum;
      by![shifts!.start[i]!] = shift;
    }
  };
};

/**
 * exp(logits - shift) (dloss / sum + dsum), less dloss at the label; a label outside the whole dim
 * has no dloss. The slice may be a part of the dim.
 */
export const crossEntropyGrad: Bind<"crossEntropyGrad"> = ({ over }, operands, [result]) => {
  const [xs, ids, sums, shifts, dlosses, dsums, targets] = rowsAlong(over, [...operands, result!]);
  const { begin, size } = rangeIn(operands[0]!, over);
  const whole = operands[0]!.dims.find((d) => d.name === over)!.size;
  return ([logits, labels, sum, shift, dloss, dsum], [out]) => {
    for (let i = 0; i < xs!.start.length; i++) {
      const label = labels![ids!.start[i]!]!;
      const inside = label >= 0 && label < whole;
      const down = inside ? dloss![dlosses!.start[i]!]! : 0;
      const scale = down / sum![sums!.start[i]!]! + dsum![dsums!.start[i]!]!;
      const by = shift![shifts!.start[i]!]!;
      for (let j = 0; j < size; j++) {
        const e = Math.exp(logits![xs!.start[i]! + j * xs!.step]! - by);
        const to = targets!.start[i]! + j * targets!.step;
        out![to] = e * scale - (begin + j === label ? down : 0);
      }
    }
  };
};
