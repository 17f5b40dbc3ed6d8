import type { Slice } from "../backend.ts";
import {
  type Extent,
  extentsOf,
  only,
  overlapOf,
  sizeOf,
  stridesOf,
  without,
} from "../slices/walk.ts";
import { type BindHeap, type Context, type HeapKernel, shapeOf } from "./context.ts";
import { bindCopy, bindReorder, type Copy, sameOrder } from "./copy.ts";

/** The operand's own memory where its elements are in the result's order, else a copy. */
function reordered(
  context: Context,
  x: Slice,
  result: Slice,
  from: readonly Extent[],
  to: readonly Extent[],
): HeapKernel {
  const { heap } = context;
  const shape = shapeOf(result);
  if (sameOrder(from, to)) return ([buffer]) => [heap.share(buffer!, shape)];
  const copy = bindReorder(context, x.dtype, from, to);
  return ([buffer]) => {
    const out = heap.allocate(shape, x.dtype);
    copy(buffer!, out);
    return [out];
  };
}

export const rename: BindHeap<"rename"> = (context, { from, to }, [x], [result]) => {
  const renamed = extentsOf(x!).map((e) => (e.name === from ? { ...e, name: to } : e));
  return reordered(context, x!, result!, renamed, extentsOf(result!));
};

export const broadcast: BindHeap<"broadcast"> = (context, _, [x], [result]) => {
  const [from, to] = [extentsOf(x!), extentsOf(result!)];
  return reordered(context, x!, result!, from, to);
};

/**
 * The dims that are split or merged count as the side with more of them has it, since the slices
 * hold the same elements in the same order.
 */
export const reshape: BindHeap<"reshape"> = (context, { from, to }, [x], [result]) => {
  const [before, after] = [extentsOf(x!), extentsOf(result!)];
  const source = from.flatMap((name) => only(before, [name]));
  const target = to.flatMap((d) => only(after, [d.name]));
  const common = refine(source, target);
  const { heap } = context;
  const shape = shapeOf(result!);
  if (common) {
    const left = before.flatMap((e) => common.left.get(e.name) ?? [e]);
    const right = after.flatMap((e) => common.right.get(e.name) ?? [e]);
    return reordered(context, x!, result!, left, right);
  }
  // Cuts that do not meet: first in order of `from`, then as `to`, both with the other dims outside.
  const rest = without(before, from);
  const straight = [...rest, { name: "", size: sizeOf(source) }];
  const gather = bindReorder(context, x!.dtype, before, [...rest, ...source]);
  const spread = bindReorder(context, x!.dtype, [...rest, ...target], after);
  return ([buffer]) => {
    const middle = heap.allocate(
      straight.map((e) => e.size),
      x!.dtype,
    );
    gather(buffer!, middle);
    const out = heap.allocate(shape, x!.dtype);
    spread(middle, out);
    heap.dispose(middle);
    return [out];
  };
};

interface Refined {
  readonly left: ReadonlyMap<string, readonly Extent[]>;
  readonly right: ReadonlyMap<string, readonly Extent[]>;
}

/** Factors of the dims on both sides, named alike, if the cuts of one side are among the other's. */
function refine(source: readonly Extent[], target: readonly Extent[]): Refined | undefined {
  const left = new Map(source.map((e) => [e.name, [] as Extent[]]));
  const right = new Map(target.map((e) => [e.name, [] as Extent[]]));
  let [i, j] = [source.length - 1, target.length - 1];
  let [a, b] = [source[i]?.size ?? 1, target[j]?.size ?? 1];
  for (let part = 0; i >= 0 || j >= 0; part++) {
    // The shorter of the two innermost rests is a factor of both, or the cuts do not meet.
    const size = i < 0 ? b : j < 0 ? a : Math.min(a, b);
    if (a % size !== 0 || b % size !== 0) return undefined;
    const factor = { name: ` ${part}`, size };
    if (i >= 0) left.get(source[i]!.name)!.unshift(factor);
    if (j >= 0) right.get(target[j]!.name)!.unshift(factor);
    a /= size;
    b /= size;
    if (a === 1 && i >= 0) a = source[--i]?.size ?? 1;
    if (b === 1 && j >= 0) b = target[--j]?.size ?? 1;
  }
  return { left, right };
}

/**
 * Copies where the operand, moved by `shift` along a dim, lies on the result. Both may be slices of
 * their wholes.
 */
function overlap(context: Context, dim: string, x: Slice, result: Slice, shift: number): Copy {
  const { from, to, size } = overlapOf(dim, x, result, shift);
  const extents = extentsOf(result).map((e) => (e.name === dim ? { name: dim, size } : e));
  const [source, target] = [stridesOf(extentsOf(x)), stridesOf(extentsOf(result))];
  return bindCopy(context, x.dtype, extents, source, target, [
    from * source[dim]!,
    to * target[dim]!,
  ]);
}

export const slice: BindHeap<"slice"> = (context, { dim, begin }, [x], [result]) => {
  const copy = overlap(context, dim, x!, result!, -begin);
  return filled(context, result!, [copy]);
};

export const pad: BindHeap<"pad"> = (context, { dim, before, value }, [x], [result]) => {
  const copy = overlap(context, dim, x!, result!, before);
  return filled(context, result!, [copy], value);
};

export const concat: BindHeap<"concat"> = (context, { dim }, operands, [result]) => {
  let start = 0;
  const copies = operands.map((x) => {
    const copy = overlap(context, dim, x, result!, start);
    start += x.dims.find((d) => d.name === dim)!.size;
    return copy;
  });
  return filled(context, result!, copies);
};

/** A new buffer to which each operand is copied. */
function filled(
  { heap }: Context,
  result: Slice,
  copies: readonly Copy[],
  value?: number,
): HeapKernel {
  const shape = shapeOf(result);
  return (operands) => {
    const out = heap.allocate(shape, result.dtype);
    if (value !== undefined) heap.view(out).fill(value);
    for (const [i, copy] of copies.entries()) copy(operands[i]!, out);
    return [out];
  };
}
