import { extentsOf, rangeIn, stridesOf, without } from "../slices/walk.ts";
import { type BindHeap, type HeapKernel, shapeOf } from "./context.ts";
import { bindCopy, type Copy } from "./copy.ts";
import { onArrays } from "./onArrays.ts";

/** Windows over a dim: for each tap a copy, of every `stride`th element. */
export const window: BindHeap<"window"> = (context, attributes, operands, results): HeapKernel => {
  if (attributes.wrap) {
    return onArrays(context, { kind: "window", attributes }, operands, results);
  }
  const [[x], [result]] = [operands, results];
  const { dim, tap, stride, dilation, before, value } = attributes;
  const { size } = rangeIn(x!, dim);
  const { size: count } = rangeIn(result!, dim);
  const taps = rangeIn(result!, tap);
  const extents = without(extentsOf(result!), [tap]);
  const [from, to] = [stridesOf(extentsOf(x!)), stridesOf(extentsOf(result!))];
  const copies: Copy[] = [];
  let covered = 0;
  for (let t = 0; t < taps.size; t++) {
    const start = (taps.begin + t) * dilation - before;
    // The windows whose element here is one of x.
    const begin = Math.max(0, Math.ceil(-start / stride));
    const end = Math.min(count, Math.ceil((size - start) / stride));
    if (end <= begin) continue;
    covered += end - begin;
    const part = extents.map((e) => (e.name === dim ? { name: dim, size: end - begin } : e));
    copies.push(
      bindCopy(context, x!.dtype, part, { ...from, [dim]: from[dim]! * stride }, to, [
        (start + begin * stride) * from[dim]!,
        t * to[tap]! + begin * to[dim]!,
      ]),
    );
  }
  const { heap } = context;
  const shape = shapeOf(result!);
  const full = covered === count * taps.size;
  return ([buffer]) => {
    const out = heap.allocate(shape, result!.dtype);
    if (!full) heap.view(out).fill(value);
    for (const copy of copies) copy(buffer!, out);
    return [out];
  };
};

/** The elements of windows, added where they are from. */
export const overlapAdd: BindHeap<"overlapAdd"> = (context, attributes, operands, results) =>
  onArrays(context, { kind: "overlapAdd", attributes }, operands, results);
