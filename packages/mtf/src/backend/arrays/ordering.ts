import { type Rows, rowsAlong } from "../slices/rows.ts";
import { extentsOf, rangeIn, stridesOf, walk } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** Descending, a NaN before every number and the lower position before an equal. */
function before(a: number, b: number): boolean {
  return a > b || (Number.isNaN(a) && !Number.isNaN(b));
}

/** Position of the largest element. A NaN counts as the largest of all. */
export const argmax: Bind<"argmax"> = ({ over }, [x], [result]) => {
  const strides = stridesOf(extentsOf(x!));
  const rows = walk(extentsOf(result!), strides);
  const { begin, size } = rangeIn(x!, over);
  const stride = strides[over]!;
  return ([values], [out]) => {
    for (let i = 0; i < rows.length; i++) {
      const at = (j: number) => values![rows[i]! + j * stride]!;
      let best = 0;
      for (let j = 1; j < size; j++) if (before(at(j), at(best))) best = j;
      out![i] = begin + best;
    }
  };
};

/** The k largest with their positions, in the order in which argmax would find them. */
export const topK: Bind<"topK"> = ({ over, k }, [x], [top, where]) => {
  const strides = stridesOf(extentsOf(x!));
  const outer = extentsOf(top!).filter((e) => e.name !== k);
  const rows = walk(outer, strides);
  const stride = strides[over]!;
  // Each result has its dims in an order of its own.
  const [inTop, inWhere] = [top!, where!].map((result) => stridesOf(extentsOf(result))) as [
    Readonly<Record<string, number>>,
    Readonly<Record<string, number>>,
  ];
  const [topPlaces, wherePlaces] = [walk(outer, inTop), walk(outer, inWhere)];
  const count = rangeIn(top!, k).size;
  const { begin, size } = rangeIn(x!, over);
  return ([values], [largest, indices]) => {
    for (let i = 0; i < rows.length; i++) {
      const at = (j: number) => values![rows[i]! + j * stride]!;
      const order = Array.from({ length: size }, (_, j) => j);
      order.sort((a, b) => (before(at(a), at(b)) ? -1 : before(at(b), at(a)) ? 1 : a - b));
      for (let n = 0; n < count; n++) {
        largest![topPlaces[i]! + n * inTop[k]!] = at(order[n]!);
        indices![wherePlaces[i]! + n * inWhere[k]!] = begin + order[n]!;
      }
    }
  };
};

/** In order, the lower position before an equal. */
export const sort: Bind<"sort"> = ({ over, descending }, [x], [sorted, where]) => {
  const rows = rowsAlong(over, [x!, sorted!, where!]);
  const [source, target, place] = rows as [Rows, Rows, Rows];
  const { begin, size } = rangeIn(x!, over);
  const keys = new Float64Array(size);
  const order = new Int32Array(size);
  const ascending = (a: number, b: number) => {
    const [left, right] = [keys[a]!, keys[b]!];
    return before(right, left) ? -1 : before(left, right) ? 1 : a - b;
  };
  const falling = (a: number, b: number) => {
    const [left, right] = [keys[a]!, keys[b]!];
    return before(left, right) ? -1 : before(right, left) ? 1 : a - b;
  };
  return ([values], [out, positions]) => {
    for (let i = 0; i < source.start.length; i++) {
      for (let j = 0; j < size; j++) {
        keys[j] = values![source.start[i]! + j * source.step]!;
        order[j] = j;
      }
      order.sort(descending ? falling : ascending);
      for (let j = 0; j < size; j++) {
        out![target.start[i]! + j * target.step] = keys[order[j]!]!;
        positions![place.start[i]! + j * place.step] = begin + order[j]!;
      }
    }
  };
};

/** Running sum along a dim. */
export const cumsum: Bind<"cumsum"> = ({ over, exclusive, reverse }, [x], [result]) => {
  const outer = extentsOf(result!).filter((e) => e.name !== over);
  const [source, target] = [stridesOf(extentsOf(x!)), stridesOf(extentsOf(result!))];
  const from = walk(outer, source);
  const to = walk(outer, target);
  const { size } = rangeIn(x!, over);
  return ([values], [out]) => {
    for (let i = 0; i < from.length; i++) {
      let total = 0;
      for (let n = 0; n < size; n++) {
        const j = reverse ? size - 1 - n : n;
        const value = values![from[i]! + j * source[over]!]!;
        out![to[i]! + j * target[over]!] = exclusive ? total : total + value;
        total += value;
      }
    }
  };
};
