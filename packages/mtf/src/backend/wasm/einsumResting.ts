import { type Rest, restDType } from "../../rest/rest.ts";
import type { Slice } from "../backend.ts";
import { type Extent, sizeOf, stridesOf } from "../slices/walk.ts";
import type { Product } from "./blas/product.ts";
import { type Context, type HeapKernel, shapeOf } from "./context.ts";
import { turns } from "./dims.ts";
import {
  bindNarrowProduct,
  bindProduct,
  type Factor,
  factorOf,
  type Groups,
  groupsOf,
} from "./product.ts";
import { bindWiden } from "./widen.ts";

/** So many elements are widened at a time: they stay in the cache until they are multiplied. */
const most = 1 << 18;

/**
 * A product with something that rests narrow, which never lies widened as a whole. Our kernel widens
 * numbers as it packs or multiplies them; else a part after the other is widened and multiplied. The
 * parts are ranges of a dim that the result has; where there is none, undefined.
 */
export function einsumResting(
  context: Context,
  operands: readonly Slice[],
  result: Slice,
): HeapKernel | undefined {
  const at = operands.findIndex((x) => x.rest);
  if (operands.filter((x) => x.rest).length > 1) return undefined;
  const [narrow, other, c] = [operands[at]!, operands[1 - at]!, result].map(factorOf);
  const all = groupsOf(narrow!, other!, c!);
  if (turns(all.depths) === 1 || turns(all.rows) * turns(all.columns) === 1) return undefined;
  const { heap } = context;
  const shape = shapeOf(result);
  const rest = operands[at]!.rest!;
  const whole = bindWhole(context, rest, all, [narrow!, c!]);
  if (whole) {
    return (buffers) => {
      const out = heap.allocate(shape, "float32");
      whole(buffers[at]!.block.offset, buffers[1 - at]!.block.offset, out.block.offset);
      return [out];
    };
  }

  const dim = longest(narrow!.extents.filter((e) => e.name in c!.strides));
  if (!dim) return undefined;
  const size = Math.max(
    1,
    Math.min(dim.size, Math.floor((most * dim.size) / sizeOf(narrow!.extents))),
  );
  const bindPart = (size: number) => {
    const range = { dim: dim.name, size };
    const [part, beside, target] = [narrow!, other!, c!].map((f) => within(f, range));
    const packed = { ...part!, strides: stridesOf(part!.extents) };
    return {
      widen: bindWiden(context, rest, narrow!.extents, range),
      multiply: bindProduct(context, groupsOf(packed, beside!, target!)),
    };
  };
  const [full, left] = [bindPart(size), bindPart(dim.size % size || size)];
  const partShape = [(sizeOf(narrow!.extents) / dim.size) * size];
  const [otherStep, step] = [other!, c!].map(({ strides }) => 4 * (strides[dim.name] ?? 0));
  return (buffers) => {
    const out = heap.allocate(shape, "float32");
    const widened = heap.allocate(partShape, "float32");
    for (let begin = 0; begin < dim.size; begin += size) {
      const { widen, multiply } = begin + size <= dim.size ? full : left;
      widen(buffers[at]!.block.offset, begin, widened.block.offset);
      const beside = buffers[1 - at]!.block.offset + begin * otherStep!;
      multiply(widened.block.offset, beside, out.block.offset + begin * step!);
    }
    heap.dispose(widened);
    return [out];
  };
}

/** The product by our kernel; undefined where parts are faster, or what is added up has scales. */
function bindWhole(
  context: Context,
  rest: Rest,
  groups: Groups,
  [narrow, c]: readonly [narrow: Factor, c: Factor],
): Product | undefined {
  const dtype = restDType(rest);
  if (typeof rest === "string") return bindNarrowProduct(context, groups, dtype, 0);
  const scaled = narrow.extents.filter((e) => rest.scales.includes(e.name));
  if (scaled.some((e) => e.size > 1 && !(e.name in c.strides))) return undefined;
  return bindNarrowProduct(context, groups, dtype, sizeOf(scaled));
}

/** A factor with a range of a dim only, lying as it does. */
function within({ extents, strides }: Factor, range: { dim: string; size: number }): Factor {
  const cut = extents.map((e) => (e.name === range.dim ? { ...e, size: range.size } : e));
  return { extents: cut, strides };
}

function longest(extents: readonly Extent[]): Extent | undefined {
  return extents.reduce<Extent | undefined>(
    (a, b) => (a === undefined || b.size > a.size ? b : a),
    undefined,
  );
}
