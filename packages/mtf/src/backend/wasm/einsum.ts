import type { Slice } from "../backend.ts";
import { extentsOf, stridesOf, union } from "../slices/walk.ts";
import { wholeSlice } from "../slices/whole.ts";
import { gemmOf, paysOff } from "./blas/gemm.ts";
import { bindProduct } from "./blas/product.ts";
import { type BindHeap, type Context, type HeapKernel, shapeOf } from "./context.ts";
import { collapse, described, type LoopDim, turns, words } from "./dims.ts";
import { bindFunction } from "./elementwise.ts";
import { onArrays } from "./onArrays.ts";
import { reduce } from "./reduce.ts";

/** The dims of a product, by the tensors that have them. */
interface Groups {
  /** In all three: strides of a, b and c. */
  readonly batch: readonly LoopDim[];
  /** Not in b: strides of a and c. */
  readonly rows: readonly LoopDim[];
  /** Not in a: strides of b and c. */
  readonly columns: readonly LoopDim[];
  /** Not in c: strides of a and b. */
  readonly depths: readonly LoopDim[];
}

/** Below this many rows the kernel reads the other operand where it is, and packs only this one. */
const few = 8;

export const einsum: BindHeap<"einsum"> = (context, attributes, operands, results, reuse) => {
  const [a, b] = operands as [Slice, Slice];
  const c = results[0]!;
  if (c.dtype !== "float32") {
    return onArrays(context, { kind: "einsum", attributes }, operands, results);
  }
  const groups = groupsOf(a, b, c);
  const product = [{ operand: 0 }, { operand: 1 }];
  if (turns(groups.depths) === 1) {
    return bindFunction(context, "mul", "float32", product, operands, c, reuse);
  }
  const single = turns(groups.rows) * turns(groups.columns) === 1;
  if (single && groups.depths.some((d) => d.strides.includes(1)) === false) {
    return bindProductThenSum(context, a, b, c);
  }
  return (
    bindBlas(context, groups, c) ??
    bindMatmul(context, shouldSwap(groups) ? [1, 0] : [0, 1], groups, c)
  );
};

function groupsOf(a: Slice, b: Slice, c: Slice): Groups {
  const [as, bs, cs] = [a, b, c].map((slice) => stridesOf(extentsOf(slice)));
  const all = union(extentsOf(a), extentsOf(b)).map(({ name, size }) => ({
    size,
    a: as![name],
    b: bs![name],
    c: cs![name],
  }));
  /** The loop over the dims that some tensors have and one lacks, in the order of the last. */
  const loop = (present: readonly ("a" | "b" | "c")[], absent: readonly ("a" | "b" | "c")[]) => {
    const last = present.at(-1)!;
    const dims = all
      .filter((d) => present.every((t) => d[t] !== undefined))
      .filter((d) => absent.every((t) => d[t] === undefined))
      .sort((x, y) => y[last]! - x[last]!);
    return collapse(dims.map((d) => ({ size: d.size, strides: present.map((t) => d[t]!) })));
  };
  return {
    batch: loop(["a", "b", "c"], []),
    rows: loop(["a", "c"], ["b"]),
    columns: loop(["b", "c"], ["a"]),
    depths: loop(["a", "b"], ["c"]),
  };
}

/**
 * Whether b's own dims should be the rows: where they are few, since few rows need no packing of
 * the other operand, else where a's dims are adjacent in c, since the kernel writes whole vectors
 * of columns.
 */
function shouldSwap({ rows, columns }: Groups): boolean {
  const [m, n] = [turns(rows), turns(columns)];
  if (m <= few || n <= few) return n < m;
  return rows.at(-1)?.strides[1] === 1;
}

/** The product by BLAS, where there is one, the strides allow it and it is the faster way. */
function bindBlas({ blas, heap }: Context, groups: Groups, c: Slice): HeapKernel | undefined {
  const gemm = blas && gemmOf(groups);
  if (!gemm || !paysOff(gemm)) return undefined;
  const product = bindProduct(blas, heap, gemm, groups.batch);
  const shape = shapeOf(c);
  return ([a, b]) => {
    const out = heap.allocate(shape, "float32");
    product(a!.block.offset, b!.block.offset, out.block.offset);
    return [out];
  };
}

function bindMatmul(
  { heap, kernels }: Context,
  order: readonly [number, number],
  groups: Groups,
  c: Slice,
): HeapKernel {
  const swapped = order[0] === 1;
  const inOrder = (dims: readonly LoopDim[]) =>
    swapped
      ? dims.map(({ size, strides: [x, y, ...z] }) => ({ size, strides: [y!, x!, ...z] }))
      : dims;
  const pairs = (dims: readonly LoopDim[]) =>
    described(dims.map(({ size, strides: [x, y] }) => ({ size, strides: [x!, y!, 0] })));
  const description = words(
    described(inOrder(groups.batch)),
    pairs(swapped ? groups.columns : groups.rows),
    pairs(swapped ? groups.rows : groups.columns),
    pairs(inOrder(groups.depths)),
  );
  const shape = shapeOf(c);
  const matmul = kernels.matmul.matmul!;
  const scratchBytes = kernels.matmul.scratchBytes!();
  const [first, second] = order;
  return (operands) => {
    const out = heap.allocate(shape, "float32");
    const scratch = heap.scratch(scratchBytes);
    const left = operands[first]!.block.offset;
    const right = operands[second]!.block.offset;
    matmul(heap.describe(description), scratch, left, right, out.block.offset);
    return [out];
  };
}

/** A dot product for each index of a batch whose dims are the adjacent ones. */
function bindProductThenSum(context: Context, a: Slice, b: Slice, c: Slice): HeapKernel {
  const extents = union(extentsOf(a), extentsOf(b));
  const both = wholeSlice(extents, "float32");
  const args = [{ operand: 0 }, { operand: 1 }];
  const multiply = bindFunction(context, "mul", "float32", args, [a, b], both, []);
  const kept = extentsOf(c).map((e) => e.name);
  const over = extents.map((e) => e.name).filter((name) => !kept.includes(name));
  const add = reduce(context, { fn: "sum", over }, [both], [c], []);
  return (operands) => {
    const products = multiply(operands);
    const sums = add(products);
    context.heap.dispose(products[0]!);
    return sums;
  };
}
