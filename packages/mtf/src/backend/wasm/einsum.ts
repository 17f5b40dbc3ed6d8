import type { Slice } from "../backend.ts";
import { extentsOf, union } from "../slices/walk.ts";
import { wholeSlice } from "../slices/whole.ts";
import { type BindHeap, type Context, type HeapKernel, shapeOf } from "./context.ts";
import { turns } from "./dims.ts";
import { bindFunction } from "./elementwise/function.ts";
import type { HeapBuffer } from "./heap.ts";
import { onArrays } from "./onArrays.ts";
import { bindProduct, factorOf, groupsOf } from "./product.ts";
import { reduce } from "./reduce.ts";

export const einsum: BindHeap<"einsum"> = (context, attributes, operands, results, reuse) => {
  const [a, b] = operands as [Slice, Slice];
  const c = results[0]!;
  if (c.dtype !== "float32") {
    return onArrays(context, { kind: "einsum", attributes }, operands, results);
  }
  const groups = groupsOf(factorOf(a), factorOf(b), factorOf(c));
  const both = [{ operand: 0 }, { operand: 1 }];
  if (turns(groups.depths) === 1) {
    return bindFunction(context, "mul", "float32", both, operands, c, reuse);
  }
  const single = turns(groups.rows) * turns(groups.columns) === 1;
  if (single && groups.depths.some((d) => d.strides.includes(1)) === false) {
    return bindProductThenSum(context, a, b, c);
  }
  const product = bindProduct(context, groups);
  const shape = shapeOf(c);
  return ([x, y]) => {
    const out = context.heap.allocate(shape, "float32");
    product(x!.block.offset, y!.block.offset, out.block.offset);
    return [out];
  };
};

/** A product that is added to what a buffer holds; undefined where it is no product of matrices. */
export function bindAddingEinsum(
  context: Context,
  operands: readonly Slice[],
  result: Slice,
): ((operands: readonly HeapBuffer[], sum: HeapBuffer) => void) | undefined {
  if (result.dtype !== "float32") return undefined;
  const [a, b] = operands as [Slice, Slice];
  const groups = groupsOf(factorOf(a), factorOf(b), factorOf(result));
  const [rows, columns, depths] = [groups.rows, groups.columns, groups.depths].map(turns);
  if (depths === 1 || rows === 1 || columns === 1) return undefined;
  const product = bindProduct(context, groups, true);
  return ([x, y], sum) => product(x!.block.offset, y!.block.offset, sum.block.offset);
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
