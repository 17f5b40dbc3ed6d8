import { rowsAlong } from "../slices/rows.ts";
import { rangeIn } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** (x - mean) / sqrt(variance + epsilon) * gain + bias. */
export const layerNorm: Bind<"layerNorm"> = ({ over, epsilon }, operands, results) => {
  const [xs, gains, biases, ys, means, rstds] = rowsAlong(over, [...operands, ...results]);
  const { size } = rangeIn(operands[0]!, over);
  return ([x, gain, bias], [y, mean, rstd]) => {
    for (let i = 0; i < xs!.start.length; i++) {
      const at = (j: number) => x![xs!.start[i]! + j * xs!.step]!;
      let average = 0;
      for (let j = 0; j < size; j++) average += at(j) / size;
      let variance = 0;
      for (let j = 0; j < size; j++) variance += (at(j) - average) ** 2 / size;
      const scale = 1 / Math.sqrt(variance + epsilon);
      for (let j = 0; j < size; j++) {
        const g = gain![gains!.start[i]! + j * gains!.step]!;
        const b = bias![biases!.start[i]! + j * biases!.step]!;
        y![ys!.start[i]! + j * ys!.step] = (at(j) - average) * scale * g + b;
      }
      mean![means!.start[i]!] = average;
      rstd![rstds!.start[i]!] = scale;
    }
  };
};

/** With n = (x - mean) rstd: dgain = sum(dy n), dbias = sum(dy), and dx of both the above's means. */
export const layerNormGrad: Bind<"layerNormGrad"> = ({ over }, operands, results) => {
  const [xs, gains, means, rstds, dys, dxs, dgains, dbiases] = rowsAlong(over, [
    ...operands,
    ...results,
  ]);
  const { size } = rangeIn(operands[0]!, over);
  return ([x, gain, mean, rstd, dy], [dx, dgain, dbias]) => {
    dgain!.fill(0);
    dbias!.fill(0);
    for (let i = 0; i < xs!.start.length; i++) {
      const average = mean![means!.start[i]!]!;
      const scale = rstd![rstds!.start[i]!]!;
      const normal = (j: number) => (x![xs!.start[i]! + j * xs!.step]! - average) * scale;
      const cotangent = (j: number) => dy![dys!.start[i]! + j * dys!.step]!;
      const scaled = (j: number) => cotangent(j) * gain![gains!.start[i]! + j * gains!.step]!;
      let sum = 0;
      let dot = 0;
      for (let j = 0; j < size; j++) {
        sum += scaled(j) / size;
        dot += (scaled(j) * normal(j)) / size;
        const g = dgains!.start[i]! + j * dgains!.step;
        const b = dbiases!.start[i]! + j * dbiases!.step;
        dgain![g] = dgain![g]! + cotangent(j) * normal(j);
        dbias![b] = dbias![b]! + cotangent(j);
      }
      for (let j = 0; j < size; j++) {
        dx![dxs!.start[i]! + j * dxs!.step] = scale * (scaled(j) - sum - normal(j) * dot);
      }
    }
  };
};
