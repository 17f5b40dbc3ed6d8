import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { LocalKind } from "../localOp.ts";
import type { Arena } from "./arena.ts";
import type { Bind } from "./kernel.ts";
import { rowMax, rowSum, rowSumExp, rowsAlong, shiftedSum } from "./rows.ts";

type Kinds = LocalKind &
  ("softmax" | "softmaxGrad" | "logSoftmax" | "logSoftmaxGrad" | "logsumexp" | "sumExp");

/** A function of operands brought into rows. */
function byRow(compute: (arena: Arena, ...xs: TensorInfo[]) => TensorInfo): Bind<Kinds> {
  return ({ over }, operands, [result]) => {
    const rows = rowsAlong(over, operands[0]!);
    const enter = operands.map(rows.enter);
    const leave = rows.leave(result!);
    return (arena, tensors) => {
      const xs = tensors.map((x, i) => enter[i]!(arena, x));
      return [leave(arena, compute(arena, ...xs))];
    };
  };
}

/** exp(x - max) / sum. */
export const softmax: Bind<"softmax"> = byRow((arena, logits) =>
  arena.call("Softmax", { logits: logits! }, { dim: logits!.shape.length - 1 }),
);

/** x - max - log sum exp(x - max). */
export const logSoftmax: Bind<"logSoftmax"> = byRow((arena, x) => {
  const centred = arena.zip("Sub", x!, rowMax(arena, x!));
  return arena.zip("Sub", centred, arena.map("Log", rowSumExp(arena, centred)));
});

/** log sum exp x. */
export const logsumexp: Bind<"logsumexp"> = byRow((arena, x) => {
  const { sum, shift } = shiftedSum(arena, x!);
  return arena.zip("Add", arena.map("Log", sum), shift);
});

/** sum exp(x - shift). */
export const sumExp: Bind<"sumExp"> = byRow((arena, x, shift) =>
  rowSumExp(arena, arena.zip("Sub", x!, shift!)),
);

/** y (dy - sum(y dy)). */
export const softmaxGrad: Bind<"softmaxGrad"> = byRow((arena, y, dy) => {
  const sum = rowSum(arena, arena.zip("Multiply", y!, dy!));
  return arena.zip("Multiply", y!, arena.zip("Sub", dy!, sum));
});

/** dy - exp(y) sum(dy). */
export const logSoftmaxGrad: Bind<"logSoftmaxGrad"> = byRow((arena, y, dy) => {
  const taken = arena.zip("Multiply", arena.map("Exp", y!), rowSum(arena, dy!));
  return arena.zip("Sub", dy!, taken);
});
