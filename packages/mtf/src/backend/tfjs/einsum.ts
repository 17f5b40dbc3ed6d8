import type { Extent } from "../slices/walk.ts";
import { extentsOf } from "../slices/walk.ts";
import { merged, unmerged } from "./arrange.ts";
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
  const arrangeA = merged(a, batch, left, inner);
  const arrangeB = merged(b, batch, inner, right);
  const arrangeC = unmerged(c, batch, left, right);
  return (arena, [x, y]) => {
    const factors = { a: arrangeA(arena, x!), b: arrangeB(arena, y!) };
    const attrs = { transposeA: false, transposeB: false };
    return [arrangeC(arena, arena.call("BatchMatMul", factors, attrs))];
  };
};

type Dims = readonly Extent[];

function has(dims: Dims): (e: Extent) => boolean {
  const names = new Set(dims.map((d) => d.name));
  return (e) => names.has(e.name);
}
