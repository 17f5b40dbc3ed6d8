import type { TensorInfo } from "@tensorflow/tfjs-core";
import { sizeOf } from "../slices/walk.ts";
import type { Arena } from "./arena.ts";
import { inside } from "./indexing.ts";
import type { Bind } from "./kernel.ts";
import { type Rows, rowsAlong, shiftedSum } from "./rows.ts";

/** logsumexp(logits) - logits[label], and 0 for a label outside; what the logsumexp is made of. */
export const crossEntropy: Bind<"crossEntropy"> = ({ over }, operands, results) => {
  const rows = rowsAlong(over, operands[0]!);
  const enter = operands.map(rows.enter);
  const leave = results.map(rows.leave);
  return (arena, tensors) => {
    const [logits, labels] = tensors.map((t, i) => enter[i]!(arena, t));
    const { sum, shift } = shiftedSum(arena, logits!);
    const own = placesOf(arena, labels!, rows).from(logits!);
    const valid = inside(arena, labels!, rows.begin, rows.size);
    // Selected, not multiplied: a logit of -infinity is no reason for NaN.
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
  return (arena, tensors) => {
    const [logits, labels, ...others] = tensors.map((t, i) => enter[i]!(arena, t));
    const [sum, shift, dloss, dsum] = others;
    const e = arena.map("Exp", arena.zip("Sub", logits!, shift!));
    const down = select(arena, inside(arena, labels!, 0, whole), dloss!);
    const scale = arena.zip("Add", arena.zip("RealDiv", down, sum!), dsum!);
    const spread = arena.zip("Multiply", e, scale);
    const places = placesOf(arena, labels!, rows);
    const taken = select(arena, inside(arena, labels!, rows.begin, rows.size), down);
    return [leave(arena, places.to(spread, arena.zip("Sub", places.from(spread), taken)))];
  };
};

/** Where each row's label is: a label outside the slice stands for the nearest place in it. */
function placesOf(arena: Arena, labels: TensorInfo, { extents, size, begin }: Rows) {
  const count = sizeOf(extents) / size;
  const shaped = (x: TensorInfo, ...shape: number[]) => arena.call("Reshape", { x }, { shape });
  const local = arena.zip("Sub", labels, begin);
  const near = arena.zip("Minimum", arena.zip("Maximum", local, 0), size - 1);
  const single = [...extents.slice(0, -1).map((e) => e.size), 1];
  return {
    /** The number there in each row, with size 1. */
    from(x: TensorInfo): TensorInfo {
      const inputs = { x: shaped(x, count, size), indices: shaped(near, count, 1) };
      return shaped(arena.call("GatherV2", inputs, { axis: 1, batchDims: 1 }), ...single);
    },
    /** The rows with other numbers there. */
    to(x: TensorInfo, numbers: TensorInfo): TensorInfo {
      const row = arena.put(
        Int32Array.from({ length: count }, (_, i) => i),
        [count, 1],
        "int32",
      );
      const indices = arena.call("Concat", [row, shaped(near, count, 1)], { axis: 1 });
      const tensor = shaped(x, count, size);
      const inputs = { tensor, indices, updates: shaped(numbers, count) };
      return shaped(arena.call("TensorScatterUpdate", inputs), ...x.shape);
    },
  };
}

/** x where the condition holds, else 0. */
function select(arena: Arena, condition: TensorInfo, x: TensorInfo): TensorInfo {
  const zero = arena.call("Fill", {}, { shape: x.shape, value: 0, dtype: x.dtype });
  return arena.call("Select", { condition, t: x, e: zero });
}
