import type { Windows } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import {
  type Extent,
  extentsOf,
  rangeIn,
  type Strides,
  stridesOf,
  without,
} from "../slices/walk.ts";
import { type BindHeap, type HeapKernel, shapeOf } from "./context.ts";
import { bindAdd, bindCopy } from "./copy.ts";
import { onArrays } from "./onArrays.ts";

/** Windows over a dim, each part of them a copy. */
export const window: BindHeap<"window"> = (context, attributes, operands, results): HeapKernel => {
  if (attributes.wrap) {
    return onArrays(context, { kind: "window", attributes }, operands, results);
  }
  const [[x], [result]] = [operands, results];
  const { parts, full } = partsOf(attributes, x!, result!);
  const copies = parts.map(({ extents, x: from, windows: to }) =>
    bindCopy(context, x!.dtype, extents, from.strides, to.strides, [from.begin, to.begin]),
  );
  const { heap } = context;
  const shape = shapeOf(result!);
  return ([buffer]) => {
    const out = heap.allocate(shape, result!.dtype);
    if (!full) heap.view(out).fill(attributes.value);
    for (const copy of copies) copy(buffer!, out);
    return [out];
  };
};

/** The elements of windows, added where they are from. */
export const overlapAdd: BindHeap<"overlapAdd"> = (context, attributes, operands, results) => {
  const [[windows], [result]] = [operands, results];
  if (attributes.wrap || result!.dtype !== "float32") {
    return onArrays(context, { kind: "overlapAdd", attributes }, operands, results);
  }
  const { parts } = partsOf(attributes, result!, windows!);
  const additions = parts.map(({ extents, x: to, windows: from }) =>
    bindAdd(context, extents, from.strides, to.strides, [from.begin, to.begin]),
  );
  const { heap } = context;
  const shape = shapeOf(result!);
  return ([buffer]) => {
    const out = heap.allocate(shape, "float32");
    heap.view(out).fill(0);
    for (const add of additions) add(buffer!, out);
    return [out];
  };
};

/** Elements of windows that are evenly apart in what the windows are over, no two of them the same one there. */
interface Part {
  readonly extents: readonly Extent[];
  readonly x: Place;
  readonly windows: Place;
}

interface Place {
  readonly strides: Strides;
  readonly begin: number;
}

/**
 * All elements of windows that are not beyond the ends of what these are over, and whether that is
 * every one: by taps, or window by window where there are fewer of these.
 */
function partsOf(
  { dim, tap, stride, dilation, before }: Windows,
  x: Slice,
  windows: Slice,
): { readonly parts: readonly Part[]; readonly full: boolean } {
  const [from, to] = [stridesOf(extentsOf(x)), stridesOf(extentsOf(windows))];
  const { size } = rangeIn(x, dim);
  const taps = { name: tap, apart: dilation, size: rangeIn(windows, tap).size };
  const counted = { name: dim, apart: stride, size: rangeIn(windows, dim).size };
  const [each, run] = counted.size < taps.size ? [counted, taps] : [taps, counted];
  const first = rangeIn(windows, tap).begin * dilation - before;
  const others = without(extentsOf(windows), [dim, tap]);
  const parts: Part[] = [];
  let covered = 0;
  for (let i = 0; i < each.size; i++) {
    const start = first + i * each.apart;
    const begin = Math.max(0, Math.ceil(-start / run.apart));
    const end = Math.min(run.size, Math.ceil((size - start) / run.apart));
    if (end <= begin) continue;
    covered += end - begin;
    parts.push({
      extents: [...others, { name: run.name, size: end - begin }],
      x: {
        strides: { ...from, [run.name]: run.apart * from[dim]! },
        begin: (start + begin * run.apart) * from[dim]!,
      },
      windows: { strides: to, begin: i * to[each.name]! + begin * to[run.name]! },
    });
  }
  return { parts, full: covered === each.size * run.size };
}
