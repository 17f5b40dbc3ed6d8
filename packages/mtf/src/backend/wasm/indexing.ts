import type { Slice } from "../backend.ts";
import { extentsOf, rangeIn, sizeOf, stridesOf, union, walk, without } from "../slices/walk.ts";
import { arrange } from "./arrange.ts";
import { type BindHeap, type Context, type HeapKernel, shapeOf } from "./context.ts";
import { collapse, words } from "./dims.ts";
import type { Run } from "./instantiate.ts";
import { onArrays } from "./onArrays.ts";

/** The description of rows in a table: those taken, added or put there. */
function describeRows(dim: string, table: Slice, ids: Slice, rows: Slice): Int32Array {
  const strides = stridesOf(extentsOf(table));
  const [places, elements] = [stridesOf(extentsOf(ids)), stridesOf(extentsOf(rows))];
  const extents = without(union(extentsOf(ids), extentsOf(rows)), [dim]);
  // Dims of the ids outside, then the table's in their order: what is adjacent comes last.
  const order = (name: string) => (name in places ? Infinity : strides[name]!);
  const dims = extents
    .map(({ name, size }) => ({
      size,
      strides: [strides[name] ?? 0, places[name] ?? 0, elements[name] ?? 0],
      order: order(name),
    }))
    .sort((a, b) => (a.order === b.order ? 0 : b.order - a.order));
  const loop = [...collapse(dims)];
  // All elements of the last dim belong to one index.
  if (loop.length === 0 || loop.at(-1)!.strides[1] !== 0)
    loop.push({ size: 1, strides: [1, 0, 1] });
  const { begin, size } = rangeIn(table, dim);
  const flat = loop.flatMap((d) => [d.size, ...d.strides]);
  return words(loop.length, begin, size, strides[dim]!, flat);
}

export const gather: BindHeap<"gather"> = (context, attributes, operands, results) => {
  const [table, ids] = operands as [Slice, Slice];
  const result = results[0]!;
  if (table.dtype === "bool") {
    return onArrays(context, { kind: "gather", attributes }, operands, results);
  }
  const { heap, kernels } = context;
  const description = describeRows(attributes.dim, table, ids, result);
  const shape = shapeOf(result);
  const take = kernels.tablerows.takeRows!;
  return ([values, indices]) => {
    const out = heap.allocate(shape, result.dtype);
    const to = out.block.offset;
    take(heap.describe(description), values!.block.offset, indices!.block.offset, to);
    return [out];
  };
};

export const scatterAdd: BindHeap<"scatterAdd"> = (context, attributes, operands, results) => {
  const [rows, ids] = operands as [Slice, Slice];
  const table = results[0]!;
  if (table.dtype !== "float32") {
    return onArrays(context, { kind: "scatterAdd", attributes }, operands, results);
  }
  const { heap, kernels } = context;
  const description = describeRows(attributes.dim, table, ids, rows);
  const shape = shapeOf(table);
  const add = kernels.tablerows.addRows!;
  return ([values, indices]) => {
    const out = heap.allocate(shape, "float32");
    heap.view(out).fill(0);
    const to = out.block.offset;
    add(heap.describe(description), to, indices!.block.offset, values!.block.offset);
    return [out];
  };
};

export const scatterOnto: BindHeap<"scatterOnto"> = (context, attributes, ...slices) => {
  const [operands, results, reuse] = slices;
  if (results[0]!.dtype !== "float32") {
    return onArrays(context, { kind: "scatterOnto", attributes }, operands, results);
  }
  const { addRows } = context.kernels.tablerows;
  return written(context, attributes.dim, operands, results[0]!, reuse, addRows!);
};

export const scatter: BindHeap<"scatter"> = (context, attributes, ...slices) => {
  const [operands, results, reuse] = slices;
  if (results[0]!.dtype === "bool") {
    return onArrays(context, { kind: "scatter", attributes }, operands, results);
  }
  const { putRows } = context.kernels.tablerows;
  return written(context, attributes.dim, operands, results[0]!, reuse, putRows!);
};

/** Rows that something is done with in a copy of a table, or in itself where it is given up. */
function written(
  context: Context,
  dim: string,
  operands: readonly Slice[],
  result: Slice,
  reuse: readonly number[],
  write: Run,
): HeapKernel {
  const { heap } = context;
  const [, rows, ids] = operands as [Slice, Slice, Slice];
  const description = describeRows(dim, result, ids, rows);
  const order = extentsOf(result);
  const wanted = {
    operands: [order, extentsOf(rows), extentsOf(ids)],
    results: [order],
    over: [[0, 0] as const],
  };
  return arrange(context, operands, [result], reuse, wanted, ([before, values, indices], [out]) => {
    const [from, to] = [before!.block, out!.block];
    if (from !== to) {
      heap.engine.wasm.HEAPU8.copyWithin(to.offset, from.offset, from.offset + 4 * sizeOf(order));
    }
    write(heap.describe(description), to.offset, indices!.block.offset, values!.block.offset);
  });
}

export const oneHot: BindHeap<"oneHot"> = ({ heap }, { dim }, [ids], [result]) => {
  const strides = stridesOf(extentsOf(result!));
  const starts = walk(extentsOf(ids!), strides);
  const { begin, size } = rangeIn(result!, dim);
  const shape = shapeOf(result!);
  const step = strides[dim]!;
  return ([indices]) => {
    const out = heap.allocate(shape, result!.dtype);
    const [values, index] = [heap.view(out), heap.view(indices!)];
    values.fill(0);
    for (let i = 0; i < starts.length; i++) {
      const at = index[i]! - begin;
      if (at >= 0 && at < size) values[starts[i]! + at * step] = 1;
    }
    return [out];
  };
};
