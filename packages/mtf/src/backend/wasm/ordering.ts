import type { Slice } from "../backend.ts";
import { rowsAlong } from "../slices/rows.ts";
import { extentsOf, rangeIn, stridesOf, walk, without } from "../slices/walk.ts";
import { type BindHeap, shapeOf } from "./context.ts";
import type { HeapArray } from "./heap.ts";
import { onArrays } from "./onArrays.ts";

export const cumsum: BindHeap<"cumsum"> = (context, attributes, operands, results) =>
  onArrays(context, { kind: "cumsum", attributes }, operands, results);

export const sort: BindHeap<"sort"> = (context, attributes, operands, results) =>
  onArrays(context, { kind: "sort", attributes }, operands, results);

/** A NaN counts as the largest of all. */
export const argmax: BindHeap<"argmax"> = ({ heap }, { over }, [x], [result]) => {
  const [source, target] = rowsAlong(over, [x!, result!]);
  const { begin, size } = rangeIn(x!, over);
  const shape = shapeOf(result!);
  return ([buffer]) => {
    const out = heap.allocate(shape, "int32");
    const [values, places] = [heap.view(buffer!), heap.view(out)];
    for (let i = 0; i < source!.start.length; i++) {
      const at = largest(values, source!.start[i]!, source!.step, size);
      places[target!.start[i]!] = begin + at;
    }
    return [out];
  };
};

function largest(values: HeapArray, start: number, step: number, size: number): number {
  let best = 0;
  let most = values[start]!;
  for (let j = 1; j < size && !Number.isNaN(most); j++) {
    const value = values[start + j * step]!;
    if (value <= most) continue;
    best = j;
    most = value;
  }
  return best;
}

/** Keeps the k largest of a row, sorted, while it goes through the row once. */
export const topK: BindHeap<"topK"> = ({ heap }, { over, k }, [x], results) => {
  const [valueSlice, indexSlice] = results as [Slice, Slice];
  const outer = without(extentsOf(x!), [over]);
  const [source, values, indices] = [x!, valueSlice, indexSlice].map((slice) => {
    const strides = stridesOf(extentsOf(slice));
    return { start: walk(outer, strides), step: strides[over] ?? strides[k]! };
  });
  const { begin, size } = rangeIn(x!, over);
  const count = rangeIn(valueSlice, k).size;
  const [valueShape, indexShape] = [shapeOf(valueSlice), shapeOf(indexSlice)];
  const best = new Float64Array(count);
  const where = new Int32Array(count);
  return ([buffer]) => {
    const made = [heap.allocate(valueShape, valueSlice.dtype), heap.allocate(indexShape, "int32")];
    const from = heap.view(buffer!);
    const [largest, places] = [heap.view(made[0]!), heap.view(made[1]!)];
    for (let i = 0; i < source!.start.length; i++) {
      const start = source!.start[i]!;
      let held = 0;
      for (let j = 0; j < size; j++) {
        const value = from[start + j * source!.step]!;
        if (held === count && !before(value, best[count - 1]!)) continue;
        let at = held < count ? held++ : count - 1;
        for (; at > 0 && before(value, best[at - 1]!); at--) {
          best[at] = best[at - 1]!;
          where[at] = where[at - 1]!;
        }
        best[at] = value;
        where[at] = j;
      }
      for (let n = 0; n < count; n++) {
        largest[values!.start[i]! + n * values!.step] = best[n]!;
        places[indices!.start[i]! + n * indices!.step] = begin + where[n]!;
      }
    }
    return made;
  };
};

/** Descending, a NaN before every number. */
function before(a: number, b: number): boolean {
  return a > b || (Number.isNaN(a) && !Number.isNaN(b));
}
