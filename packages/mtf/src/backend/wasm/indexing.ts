import type { Slice } from "../backend.ts";
import { extentsOf, rangeIn, stridesOf, union, walk, without } from "../slices/walk.ts";
import { type BindHeap, shapeOf } from "./context.ts";
import { collapse, words } from "./dims.ts";
import { onArrays } from "./onArrays.ts";

/** The description of rows in a table, for gather and its transpose. */
function describeRows(dim: string, table: Slice, ids: Slice, rows: Slice): Int32Array {
  const strides = stridesOf(extentsOf(table));
  const [places, elements] = [stridesOf(extentsOf(ids)), stridesOf(extentsOf(rows))];
  const extents = without(union(extentsOf(rows), extentsOf(ids)), [dim]);
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
