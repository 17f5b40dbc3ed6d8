import { type Extent, rangeIn } from "../slices/walk.ts";
import { arrange, rowsOf } from "./arrange.ts";
import type { BindHeap } from "./context.ts";
import { onArrays } from "./onArrays.ts";

export const cumsum: BindHeap<"cumsum"> = (context, attributes, operands, results) =>
  onArrays(context, { kind: "cumsum", attributes }, operands, results);

export const sort: BindHeap<"sort"> = (context, attributes, operands, results) =>
  onArrays(context, { kind: "sort", attributes }, operands, results);

export const argmax: BindHeap<"argmax"> = (context, attributes, operands, results, reuse) => {
  const x = operands[0]!;
  if (x.dtype !== "float32") {
    return onArrays(context, { kind: "argmax", attributes }, operands, results);
  }
  const { outer, all, row, rows } = rowsOf(x, attributes.over);
  const { begin } = rangeIn(x, attributes.over);
  const run = context.kernels.ordering.argmax!;
  const wanted = { operands: [all], results: [outer] };
  return arrange(context, operands, results, reuse, wanted, ([from], [to]) => {
    run(from!.block.offset, to!.block.offset, rows, row.size, begin);
  });
};

export const topK: BindHeap<"topK"> = (context, attributes, operands, results, reuse) => {
  const [x, largest] = [operands[0]!, results[0]!];
  if (x.dtype !== "float32") {
    return onArrays(context, { kind: "topK", attributes }, operands, results);
  }
  const { outer, all, row, rows } = rowsOf(x, attributes.over);
  const { begin } = rangeIn(x, attributes.over);
  const few: Extent = { name: attributes.k, size: rangeIn(largest, attributes.k).size };
  const run = context.kernels.ordering.topK!;
  const wanted = {
    operands: [all],
    results: [
      [...outer, few],
      [...outer, few],
    ],
  };
  return arrange(context, operands, results, reuse, wanted, ([from], [values, places]) => {
    const at = [from!, values!, places!].map((buffer) => buffer.block.offset) as Offsets;
    run(...at, rows, row.size, begin, few.size);
  });
};

type Offsets = [number, number, number];
