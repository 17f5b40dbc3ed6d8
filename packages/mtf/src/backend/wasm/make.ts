import { foldKey } from "../../random/threefry.ts";
import { volumeOf } from "../../shape.ts";
import { type BindHeap, shapeOf } from "./context.ts";
import { onArrays } from "./onArrays.ts";

export const fill: BindHeap<"fill"> = ({ heap }, { value }, _, [result]) => {
  const shape = shapeOf(result!);
  return () => {
    const out = heap.allocate(shape, result!.dtype);
    heap.view(out).fill(value);
    return [out];
  };
};

export const literal: BindHeap<"literal"> = (context, attributes, operands, results) =>
  onArrays(context, { kind: "literal", attributes }, operands, results);

export const iota: BindHeap<"iota"> = (context, attributes, operands, results) =>
  onArrays(context, { kind: "iota", attributes }, operands, results);

export const fold: BindHeap<"fold"> =
  ({ heap }) =>
  ([key, data]) => {
    const folded = foldKey(heap.view(key!), heap.view(data!)[0]!);
    const out = heap.allocate([2], "int32");
    heap.view(out).set(folded);
    return [out];
  };

/** How kernels know the distributions. */
export const distributions = { bits: 0, uniform: 1, normal: 2, gumbel: 3 } as const;

/** Elements that are neighbours here and in the whole are made together. */
export const random: BindHeap<"random"> = ({ heap, kernels }, { distribution }, _, [result]) => {
  const { dims, box, dtype } = result!;
  const shape = shapeOf(result!);
  let length = 1;
  let wholeLength = 1;
  let outer = dims.length;
  while (outer > 0 && length === wholeLength) {
    outer--;
    length *= box[outer]!.size;
    wholeLength *= dims[outer]!.size;
  }
  const rows = volumeOf(shape.slice(0, outer));
  /** The index in the whole of the first element of a row. */
  const firstOf = (row: number) => {
    let [index, stride, rest] = [0, 1, row];
    for (let d = dims.length - 1; d >= 0; d--) {
      const { begin, size } = box[d]!;
      const at = d < outer ? rest % size : 0;
      if (d < outer) rest = Math.floor(rest / size);
      index += (begin + at) * stride;
      stride *= dims[d]!.size;
    }
    return index;
  };
  const run = kernels.random.random!;
  const code = distributions[distribution];
  return ([key]) => {
    const out = heap.allocate(shape, dtype);
    const spare = heap.scratch(16);
    for (let row = 0; row < rows; row++) {
      const first = firstOf(row);
      const to = out.block.offset + 4 * row * length;
      const high = Math.floor(first / 2 ** 32);
      run(to, length, key!.block.offset, first % 2 ** 32, high, code, spare);
    }
    return [out];
  };
};
