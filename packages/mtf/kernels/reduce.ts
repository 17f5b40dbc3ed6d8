/**
 * Sums, maxima and minima over any dims of a tensor stored row by row. Sums are kept in float64
 * beyond a few elements, so their error does not grow with the length.
 *
 * Description: two groups of dims, kept and reduced, each [rank, then (size, source stride, target
 * stride) of each dim, the slowest first], in elements. Either the last kept or the last reduced
 * dim is the one whose elements are adjacent in the source.
 */
import { sumRow } from "./_rows";
import { splat } from "./_vector";

const SUM: i32 = 0;
const MAX: i32 = 1;

@inline
function dimAt(group: usize, d: i32): usize {
  return group + 4 + <usize>d * 12;
}

@inline
function next(group: usize): usize {
  return dimAt(group, load<i32>(group));
}

/** The number of indices of the first `rank` dims. */
@inline
function count(group: usize, rank: i32): i32 {
  let size: i32 = 1;
  for (let d: i32 = 0; d < rank; d++) size *= load<i32>(dimAt(group, d));
  return size;
}

/** Bytes from the start to an index of the first `rank` dims. */
@inline
function offset(group: usize, rank: i32, index: i32, which: usize): usize {
  let sum: i32 = 0;
  for (let d = rank - 1; d >= 0; d--) {
    const dim = dimAt(group, d);
    const size = load<i32>(dim);
    sum += (index % size) * load<i32>(dim + which);
    index = index / size;
  }
  return <usize>sum << 2;
}

/**
 * The largest or least of a row, NaN where it has one. An engine's own maximum of two takes many
 * instructions, for NaN and zeros of either sign: both are looked for apart.
 */
function extreme(row: usize, n: i32, most: bool): f32 {
  const first = v128.load32_splat(row);
  let a = first, b = first, c = first, d = first;
  let ordered = f32x4.eq(first, first);
  let p = row;
  for (const end = row + (<usize>(n & ~15) << 2); p < end; p += 64) {
    const s = v128.load(p), t = v128.load(p, 16), u = v128.load(p, 32), v = v128.load(p, 48);
    a = further(a, s, most);
    b = further(b, t, most);
    c = further(c, u, most);
    d = further(d, v, most);
    const low = v128.and(f32x4.eq(s, s), f32x4.eq(t, t));
    const high = v128.and(f32x4.eq(u, u), f32x4.eq(v, v));
    ordered = v128.and(ordered, v128.and(low, high));
  }
  for (const end = row + (<usize>n << 2); p < end; p += 4) {
    const x = v128.load32_splat(p);
    a = further(a, x, most);
    ordered = v128.and(ordered, f32x4.eq(x, x));
  }
  if (!v128.all_true<i32>(ordered)) return <f32>NaN;
  a = further(further(a, b, most), further(c, d, most), most);
  a = further(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1), most);
  const found = f32x4.extract_lane(further(a, v128.shuffle<i32>(a, a, 1, 0, 3, 2), most), 0);
  return found == 0 ? zeroOf(row, n, most) : found;
}

/** The larger, or less, of two numbers that are no NaN; of two zeros the first. */
@inline
function further(a: v128, b: v128, most: bool): v128 {
  return most ? f32x4.pmax(a, b) : f32x4.pmin(a, b);
}

/** The zero that is the largest or the least of a row: 0 is larger than -0. */
function zeroOf(row: usize, n: i32, most: bool): f32 {
  const wanted: u32 = most ? 0 : 0x80000000;
  for (const end = row + (<usize>n << 2); row < end; row += 4) {
    if (load<u32>(row) == wanted) return reinterpret<f32>(wanted);
  }
  return reinterpret<f32>(wanted ^ 0x80000000);
}

/** The last reduced dim is adjacent in the source. */
export function alongRows(description: usize, fn: i32, x: usize, out: usize): void {
  const reduced = next(description);
  const keptRank = load<i32>(description);
  const outer = load<i32>(reduced) - 1;
  const n = load<i32>(dimAt(reduced, outer));
  const results = count(description, keptRank);
  const rows = count(reduced, outer);
  for (let i: i32 = 0; i < results; i++) {
    const from = x + offset(description, keptRank, i, 4);
    let value: f64 = 0;
    for (let row: i32 = 0; row < rows; row++) {
      const p = rows == 1 ? from : from + offset(reduced, outer, row, 4);
      if (fn == SUM) value += sumRow(p, n);
      else {
        const found = <f64>extreme(p, n, fn == MAX);
        if (row == 0) value = found;
        else value = fn == MAX ? Math.max(value, found) : Math.min(value, found);
      }
    }
    store<f32>(out + offset(description, keptRank, i, 8), <f32>value);
  }
}

/** Columns whose totals, in float64, stay in the first-level cache beside eight rows of numbers. */
const STRIP: i32 = 256;

@inline
function addDouble(totals: usize, x: v128): void {
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(x)));
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0));
  v128.store(totals, f64x2.add(v128.load(totals, 16), high), 16);
}

/** The last kept dim is adjacent in the source. `totals` has room for 256 float64. */
export function alongColumns(
  description: usize, fn: i32, x: usize, out: usize, totals: usize,
): void {
  const reduced = next(description);
  const keptOuter = load<i32>(description) - 1;
  const last = dimAt(description, keptOuter);
  const n = load<i32>(last);
  const outStep = <usize>load<i32>(last, 8) << 2;
  const results = count(description, keptOuter);
  const outer = load<i32>(reduced) - 1;
  const inner = dimAt(reduced, outer);
  const length = load<i32>(inner);
  const step = <usize>load<i32>(inner, 4) << 2;
  const repeats = count(reduced, outer);
  for (let i: i32 = 0; i < results; i++) {
    const from = x + offset(description, keptOuter, i, 4);
    const to = out + offset(description, keptOuter, i, 8);
    for (let j: i32 = 0; j < n; j += STRIP) {
      const width = min(STRIP, n - j);
      const bytes = <usize>((width + 3) >> 2) << 4;
      if (fn == SUM) memory.fill(totals, 0, 2 * bytes);
      else memory.copy(totals, from + (<usize>j << 2), bytes);
      for (let repeat: i32 = 0; repeat < repeats; repeat++) {
        let p = from + (<usize>j << 2) + offset(reduced, outer, repeat, 4);
        let left = length;
        if (fn == SUM) {
          for (; left >= 8; left -= 8) {
            for (let c: usize = 0; c < bytes; c += 16) {
              let q = p + c;
              let s = v128.load(q);
              q += step;
              let t = v128.load(q);
              q += step;
              s = f32x4.add(s, v128.load(q));
              q += step;
              t = f32x4.add(t, v128.load(q));
              q += step;
              s = f32x4.add(s, v128.load(q));
              q += step;
              t = f32x4.add(t, v128.load(q));
              q += step;
              s = f32x4.add(s, v128.load(q));
              t = f32x4.add(t, v128.load(q + step));
              addDouble(totals + 2 * c, f32x4.add(s, t));
            }
            p += 8 * step;
          }
          for (; left > 0; left--) {
            for (let c: usize = 0; c < bytes; c += 16) addDouble(totals + 2 * c, v128.load(p + c));
            p += step;
          }
        } else if (fn == MAX) {
          for (; left > 0; left--) {
            for (let c: usize = 0; c < bytes; c += 16)
              v128.store(totals + c, f32x4.max(v128.load(totals + c), v128.load(p + c)));
            p += step;
          }
        } else {
          for (; left > 0; left--) {
            for (let c: usize = 0; c < bytes; c += 16)
              v128.store(totals + c, f32x4.min(v128.load(totals + c), v128.load(p + c)));
            p += step;
          }
        }
      }
      let target = to + <usize>j * outStep;
      for (let c: i32 = 0; c < width; c++) {
        if (fn == SUM) store<f32>(target, <f32>load<f64>(totals + (<usize>c << 3)));
        else store<f32>(target, load<f32>(totals + (<usize>c << 2)));
        target += outStep;
      }
    }
  }
}
