import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Slice } from "../backend.ts";
import { extentsOf } from "../slices/walk.ts";
import type { Arena } from "./arena.ts";
import { type Arrange, ordered } from "./arrange.ts";
import type { Bind } from "./kernel.ts";
import { type Rows, rowSum, rowsAlong } from "./rows.ts";

/** (x - mean) / sqrt(variance + epsilon) * gain + bias. */
export const layerNorm: Bind<"layerNorm"> = ({ over, epsilon }, operands, results) => {
  const rows = rowsAlong(over, operands[0]!);
  const enter = operands.map(rows.enter);
  const leave = results.map(rows.leave);
  return (arena, tensors) => {
    const [x, gain, bias] = tensors.map((t, i) => enter[i]!(arena, t));
    const mean = rowMean(arena, x!, rows);
    const centred = arena.zip("Sub", x!, mean);
    const variance = rowMean(arena, arena.zip("Multiply", centred, centred), rows);
    const rstd = arena.map("Rsqrt", arena.zip("Add", variance, epsilon));
    const scaled = arena.zip("Multiply", arena.zip("Multiply", centred, rstd), gain!);
    const y = arena.zip("Add", scaled, bias!);
    return [y, mean, rstd].map((t, i) => leave[i]!(arena, t));
  };
};

/** dx = rstd (s - mean(s) - n mean(s n)) with s = dy gain and n = (x - mean) rstd. */
export const layerNormGrad: Bind<"layerNormGrad"> = ({ over }, operands, results) => {
  const rows = rowsAlong(over, operands[0]!);
  const enter = operands.map(rows.enter);
  const leave = rows.leave(results[0]!);
  const [sumGain, sumBias] = results.slice(1).map((slice) => summedTo(rows, slice));
  return (arena, tensors) => {
    const [x, gain, mean, rstd, dy] = tensors.map((t, i) => enter[i]!(arena, t));
    const n = arena.zip("Multiply", arena.zip("Sub", x!, mean!), rstd!);
    const s = arena.zip("Multiply", dy!, gain!);
    const dot = rowMean(arena, arena.zip("Multiply", s, n), rows);
    const centred = arena.zip("Sub", s, rowMean(arena, s, rows));
    const dx = arena.zip(
      "Multiply",
      arena.zip("Sub", centred, arena.zip("Multiply", n, dot)),
      rstd!,
    );
    const dgain = sumGain!(arena, arena.zip("Multiply", dy!, n));
    return [leave(arena, dx), dgain, sumBias!(arena, dy!)];
  };
};

function rowMean(arena: Arena, x: TensorInfo, { size }: Rows): TensorInfo {
  return arena.zip("Multiply", rowSum(arena, x), 1 / size);
}

/** Sums rows over the dims that a slice lacks. */
function summedTo(rows: Rows, slice: Slice): Arrange {
  const target = extentsOf(slice);
  const isKept = (name: string) => target.some((e) => e.name === name);
  const axis = rows.extents.flatMap((e, i) => (isKept(e.name) ? [] : [i]));
  const order = ordered(
    rows.extents.filter((e) => isKept(e.name)),
    target,
  );
  if (axis.length === 0) return order;
  return (arena, x) => order(arena, arena.call("Sum", { x }, { axis, keepDims: false }));
}
