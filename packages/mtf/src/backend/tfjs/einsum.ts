import type { Extent } from "../slices/walk.ts";
import { extentsOf } from "../slices/walk.ts";
import { type Arrange, merged, unmerged } from "./arrange.ts";
import { type Bind, onArrays } from "./kernel.ts";

/** Product of two tensors: one BatchMatMul of dims merged by role. */
export const einsum: Bind<"einsum"> = (attributes, operands, results) => {
  const [a, b, c] = [...operands, ...results].map(extentsOf) as [Dims, Dims, Dims];
  const inA = has(a);
  const inB = has(b);
  const kept = has(c);
  const lonely = [...a, ...b].some((e) => !kept(e) && !(inA(e) && inB(e)));
  // BatchMatMul sums only what both have.
  if (lonely) return onArrays("einsum")(attributes, operands, results);
  const batch = c.filter((e) => inA(e) && inB(e));
  const left = c.filter((e) => !inB(e));
  const right = c.filter((e) => !inA(e));
  const inner = a.filter((e) => inB(e) && !kept(e));
  const first = asMatrices(a, batch, left, inner);
  const second = asMatrices(b, batch, inner, right);
  const arrangeC = unmerged(c, batch, left, right);
  const attrs = { transposeA: first.isTransposed, transposeB: second.isTransposed };
  return (arena, [x, y]) => {
    const factors = { a: first.arrange(arena, x!), b: second.arrange(arena, y!) };
    return [arrangeC(arena, arena.call("BatchMatMul", factors, attrs))];
  };
};

type Dims = readonly Extent[];

/** An operand as matrices, which are transposed where they lie so: then nothing has to be moved. */
function asMatrices(
  from: Dims,
  batch: Dims,
  rows: Dims,
  columns: Dims,
): { readonly arrange: Arrange; readonly isTransposed: boolean } {
  const isTransposed = liesAs(from, [...batch, ...columns, ...rows]);
  const [outer, inner] = isTransposed ? [columns, rows] : [rows, columns];
  return { arrange: merged(from, batch, outer, inner), isTransposed };
}

function liesAs(from: Dims, order: Dims): boolean {
  return from.every((e, i) => e.name === order[i]!.name);
}

function has(dims: Dims): (e: Extent) => boolean {
  const names = new Set(dims.map((d) => d.name));
  return (e) => names.has(e.name);
}
