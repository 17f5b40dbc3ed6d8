import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Arena } from "./arena.ts";
import { inside } from "./indexing.ts";
import type { Bind } from "./kernel.ts";
import { type Rows, rowSum, rowsAlong, shiftedSum } from "./rows.ts";

/** logsumexp(logits) - logits[label], and 0 for a label outside; what the logsumexp is made of. */
export const crossEntropy: Bind<"crossEntropy"> = ({ over }, operands, results) => {
  const rows = rowsAlong(over, operands[0]!);
  const enter = operands.map(rows.enter);
  const leave = results.map(rows.leave);
  return (arena, tensors) => {
    const [logits, labels] = tensors.map((t, i) => enter[i]!(arena, t));
    const { sum, shift } = shiftedSum(arena, logits!);
    const hit = hits(arena, labels!, rows);
    // Selected, not multiplied: a logit of -infinity is no reason for NaN.
    const own = rowSum(arena, select(arena, hit, logits!));
    const valid = inside(arena, labels!, rows.begin, rows.size);
    const loss = select(
      arena,
      valid,
      arena.zip("Add", arena.map("Log", sum), arena.zip("Sub", shift, own)),
    );
    return [loss, sum, shift].map((t, i) => leave[i]!(arena, t));
  };
};

/**
 * exp(logits - shift) (dloss / sum + dsum), less dloss at the label; a label outside the whole dim
 * has no dloss. The slice may be a part of the dim.
 */
export const crossEntropyGrad: Bind<"crossEntropyGrad"> = ({ over }, operands, [result]) => {
  const rows = rowsAlong(over, operands[0]!);
  const enter = operands.map(rows.enter);
  const leave = rows.leave(result!);
  const whole = operands[0]!.dims.find((d) => d.name === over)!.size;
  const reps = rows.extents.map((_, i) => (i === rows.extents.length - 1 ? rows.size : 1));
  return (arena, tensors) => {
    const [logits, labels, ...others] = tensors.map((t, i) => enter[i]!(arena, t));
    const [sum, shift, dloss, dsum] = others;
    const e = arena.map("Exp", arena.zip("Sub", logits!, shift!));
    const down = select(arena, inside(arena, labels!, 0, whole), dloss!);
    const scale = arena.zip("Add", arena.zip("RealDiv", down, sum!), dsum!);
    const spread = arena.zip("Multiply", e, scale);
    const hit = hits(arena, labels!, rows);
    const taken = select(arena, hit, arena.call("Tile", { x: down }, { reps }));
    return [leave(arena, arena.zip("Sub", spread, taken))];
  };
};

/** Where the position in a row is the row's label. */
function hits(arena: Arena, labels: TensorInfo, { begin, size }: Rows): TensorInfo {
  const positions = Int32Array.from({ length: size }, (_, i) => begin + i);
  return arena.zip("Equal", labels, arena.put(positions, [size], "int32"));
}

/** x where the condition holds, else 0. */
function select(arena: Arena, condition: TensorInfo, x: TensorInfo): TensorInfo {
  const zero = arena.call("Fill", {}, { shape: x.shape, value: 0, dtype: x.dtype });
  return arena.call("Select", { condition, t: x, e: zero });
}
