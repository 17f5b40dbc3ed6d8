/**
 * C[batch, m, n] = sum over k of A[batch, m, k] B[batch, k, n], for any strides: an index of a
 * group (batch, m, n, k) may consist of several dims, so an einsum never moves its operands first.
 *
 * Blocks of A and B are packed into panels that the inner loop reads in order. A tile of 4 rows by
 * 2 vectors keeps 8 sums, 2 vectors of B and a number of A in registers; larger tiles and unrolled
 * loops spill in V8 and lose half the speed.
 */
import { madd, splat, sumLanes } from "./_vector";

const ROWS: i32 = 4;
const COLUMNS: i32 = 8;
/** 256 steps of a panel of B are 8 KB: half of the first-level cache with A's panel beside. */
const DEPTH: i32 = 256;
const HEIGHT: i32 = 128;
const WIDTH: i32 = 1024;

/**
 * A group of dims in the description: [rank, then (size, stride, stride, stride) of each dim, the
 * slowest first]. The strides of rows are A's and C's, of columns B's and C's, of depths A's and
 * B's, of batches all three; in elements.
 */
const FIRST: usize = 0;
const SECOND: usize = 4;
const THIRD: usize = 8;

@inline
function offset(group: usize, index: i32, which: usize): i32 {
  const rank = load<i32>(group);
  if (rank == 1) return index * load<i32>(group + 8 + which);
  let sum: i32 = 0;
  for (let d = rank - 1; d >= 0; d--) {
    const dim = group + 4 + (<usize>d << 4);
    const size = load<i32>(dim);
    sum += (index % size) * load<i32>(dim + 4 + which);
    index = index / size;
  }
  return sum;
}

@inline
function sizeOf(group: usize): i32 {
  let size: i32 = 1;
  for (let d = load<i32>(group) - 1; d >= 0; d--) size *= load<i32>(group + 4 + (<usize>d << 4));
  return size;
}

@inline
function next(group: usize): usize {
  return group + 4 + (<usize>load<i32>(group) << 4);
}

/** How many indices from `index` on are one stride apart: the rest of the innermost dim. */
@inline
function run(group: usize, index: i32, most: i32): i32 {
  const rank = load<i32>(group);
  if (rank < 2) return most;
  const size = load<i32>(group + 4 + (<usize>(rank - 1) << 4));
  return min(most, size - (index % size));
}

@inline
function innerStride(group: usize, which: usize): usize {
  const rank = load<i32>(group);
  return rank == 0 ? 0 : <usize>load<i32>(group + 8 + (<usize>(rank - 1) << 4) + which) << 2;
}

@inline
function transpose4(to: usize, step: usize, p: usize, q: usize, r: usize, s: usize): void {
  const a = v128.load(p);
  const b = v128.load(q);
  const c = v128.load(r);
  const d = v128.load(s);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<i64>(ef, gh, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(ef, gh, 1, 3));
}

/**
 * Packs `tall` steps of k for 4 lines (rows of A or columns of B) into every `step` bytes of a
 * panel. Lines that do not exist repeat the first: nobody reads what they give.
 */
function packLines(
  to: usize, step: usize, from: usize, lines: usize, line: i32, count: i32,
  depths: usize, depth: i32, tall: i32, side: usize,
): void {
  const o0 = offset(lines, line, FIRST);
  const o1 = count > 1 ? offset(lines, line + 1, FIRST) : o0;
  const o2 = count > 2 ? offset(lines, line + 2, FIRST) : o0;
  const o3 = count > 3 ? offset(lines, line + 3, FIRST) : o0;
  const stride = innerStride(depths, side);
  const adjacent = o1 == o0 + 1 && o2 == o0 + 2 && o3 == o0 + 3;
  for (let k: i32 = 0; k < tall;) {
    const length = run(depths, depth + k, tall - k);
    const base = from + (<usize>offset(depths, depth + k, side) << 2);
    let p = base + (<usize>o0 << 2);
    let i: i32 = 0;
    if (adjacent) {
      for (; i < length; i++) {
        v128.store(to, v128.load(p));
        p += stride;
        to += step;
      }
    } else {
      let q = base + (<usize>o1 << 2);
      let r = base + (<usize>o2 << 2);
      let s = base + (<usize>o3 << 2);
      if (stride == 4) {
        for (; i + 4 <= length; i += 4) {
          transpose4(to, step, p, q, r, s);
          p += 16;
          q += 16;
          r += 16;
          s += 16;
          to += 4 * step;
        }
      }
      for (; i < length; i++) {
        store<f32>(to, load<f32>(p));
        store<f32>(to + 4, load<f32>(q));
        store<f32>(to + 8, load<f32>(r));
        store<f32>(to + 12, load<f32>(s));
        p += stride;
        q += stride;
        r += stride;
        s += stride;
        to += step;
      }
    }
    k += length;
  }
}

/** One tile: 4 rows of `a` times 8 columns of `b`, added to the tile at `c` unless it is the first. */
function tile(a: usize, b: usize, c: usize, stride: usize, depth: i32, first: bool): void {
  let s00 = splat(0), s01 = splat(0), s10 = splat(0), s11 = splat(0);
  let s20 = splat(0), s21 = splat(0), s30 = splat(0), s31 = splat(0);
  for (const end = a + (<usize>depth << 4); a < end; a += 16) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(x, b0, s00);
    s01 = madd(x, b1, s01);
    x = v128.load32_splat(a, 4);
    s10 = madd(x, b0, s10);
    s11 = madd(x, b1, s11);
    x = v128.load32_splat(a, 8);
    s20 = madd(x, b0, s20);
    s21 = madd(x, b1, s21);
    x = v128.load32_splat(a, 12);
    s30 = madd(x, b0, s30);
    s31 = madd(x, b1, s31);
    b += 32;
  }
  const c1 = c + stride;
  const c2 = c1 + stride;
  const c3 = c2 + stride;
  if (!first) {
    s00 = f32x4.add(s00, v128.load(c));
    s01 = f32x4.add(s01, v128.load(c, 16));
    s10 = f32x4.add(s10, v128.load(c1));
    s11 = f32x4.add(s11, v128.load(c1, 16));
    s20 = f32x4.add(s20, v128.load(c2));
    s21 = f32x4.add(s21, v128.load(c2, 16));
    s30 = f32x4.add(s30, v128.load(c3));
    s31 = f32x4.add(s31, v128.load(c3, 16));
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/** Writes a tile from scratch memory to where C's strides want it. */
function spread(
  from: usize, c: usize, ms: usize, m: i32, height: i32, ns: usize, n: i32, width: i32, first: bool,
): void {
  for (let j: i32 = 0; j < width; j++) {
    const column = c + (<usize>offset(ns, n + j, SECOND) << 2);
    for (let i: i32 = 0; i < height; i++) {
      const to = column + (<usize>offset(ms, m + i, SECOND) << 2);
      const value = load<f32>(from + (<usize>(i * COLUMNS + j) << 2));
      store<f32>(to, first ? value : load<f32>(to) + value);
    }
  }
}

@inline
function isTile(ms: usize, m: i32, ns: usize, n: i32, stride: i32): bool {
  const rank = load<i32>(ns);
  const start = offset(ns, n, SECOND);
  if (innerStride(ns, SECOND) != 4) return false;
  if (rank > 1 && run(ns, n, COLUMNS) < COLUMNS && offset(ns, n + COLUMNS - 1, SECOND) != start + COLUMNS - 1)
    return false;
  if (load<i32>(ms) < 2) return true;
  const row = offset(ms, m, SECOND);
  return (
    offset(ms, m + 1, SECOND) == row + stride &&
    offset(ms, m + 2, SECOND) == row + 2 * stride &&
    offset(ms, m + 3, SECOND) == row + 3 * stride
  );
}

function packed(
  a: usize, b: usize, c: usize, ms: usize, ns: usize, ks: usize, M: i32, N: i32, K: i32, scratch: usize,
): void {
  const spare = scratch;
  const panelsA = spare + ROWS * COLUMNS * 4;
  const panelsB = panelsA + HEIGHT * DEPTH * 4;
  const rowStride = <i32>(innerStride(ms, SECOND) >> 2);
  // The wider C, the more it pays to keep a block of A; the block of B is packed once for all rows.
  for (let k: i32 = 0; k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k);
    const first = k == 0;
    for (let n: i32 = 0; n < N; n += WIDTH) {
      const width = min(WIDTH, N - n);
      for (let j: i32 = 0; j < width; j += COLUMNS) {
        const panel = panelsB + <usize>(j * depth) * 4;
        const left = width - j;
        packLines(panel, 32, b, ns, n + j, left, ks, k, depth, SECOND);
        packLines(
          panel + 16, 32, b, ns, left > 4 ? n + j + 4 : n + j, max(left - 4, 1), ks, k, depth, SECOND,
        );
      }
      for (let m: i32 = 0; m < M; m += HEIGHT) {
        const height = min(HEIGHT, M - m);
        for (let i: i32 = 0; i < height; i += ROWS)
          packLines(panelsA + <usize>(i * depth) * 4, 16, a, ms, m + i, height - i, ks, k, depth, FIRST);
        for (let j: i32 = 0; j < width; j += COLUMNS) {
          const panel = panelsB + <usize>(j * depth) * 4;
          for (let i: i32 = 0; i < height; i += ROWS) {
            const rows = min(ROWS, height - i);
            const columns = min(COLUMNS, width - j);
            const panelA = panelsA + <usize>(i * depth) * 4;
            if (rows == ROWS && columns == COLUMNS && isTile(ms, m + i, ns, n + j, rowStride)) {
              const at = c + (<usize>(offset(ms, m + i, SECOND) + offset(ns, n + j, SECOND)) << 2);
              tile(panelA, panel, at, <usize>rowStride << 2, depth, first);
            } else {
              tile(panelA, panel, spare, COLUMNS * 4, depth, true);
              spread(spare, c, ms, m + i, rows, ns, n + j, columns, first);
            }
          }
        }
      }
    }
  }
}

/** Rows of A, one after the other, for the products of few rows. */
function packRows(to: usize, a: usize, ms: usize, ks: usize, M: i32, K: i32): void {
  const stride = innerStride(ks, FIRST);
  for (let m: i32 = 0; m < M; m++) {
    const row = a + (<usize>offset(ms, m, FIRST) << 2);
    for (let k: i32 = 0; k < K;) {
      const length = run(ks, k, K - k);
      let from = row + (<usize>offset(ks, k, FIRST) << 2);
      for (let i: i32 = 0; i < length; i++) {
        store<f32>(to, load<f32>(from));
        from += stride;
        to += 4;
      }
      k += length;
    }
  }
}

/** Few rows, and B's columns lie whole in memory: each element of C is a product of two runs. */
function dots(
  a: usize, b: usize, c: usize, ms: usize, ns: usize, ks: usize, M: i32, N: i32, K: i32,
  spare: usize,
): void {
  for (let n: i32 = 0; n < N; n += 4) {
    const left = N - n;
    const o0 = b + (<usize>offset(ns, n, FIRST) << 2);
    const o1 = left > 1 ? b + (<usize>offset(ns, n + 1, FIRST) << 2) : o0;
    const o2 = left > 2 ? b + (<usize>offset(ns, n + 2, FIRST) << 2) : o0;
    const o3 = left > 3 ? b + (<usize>offset(ns, n + 3, FIRST) << 2) : o0;
    for (let m: i32 = 0; m < M; m++) {
      const row = a + <usize>(m * K) * 4;
      const to = c + (<usize>offset(ms, m, SECOND) << 2);
      if (m + 1 == M) {
        const sums = dots1(row, o0, o1, o2, o3, ks, K);
        storeFour(to, ns, n, left, sums);
        break;
      }
      m++;
      dots2(row, row + <usize>K * 4, o0, o1, o2, o3, ks, K, spare);
      storeFour(to, ns, n, left, v128.load(spare));
      storeFour(c + (<usize>offset(ms, m, SECOND) << 2), ns, n, left, v128.load(spare, 16));
    }
  }
}

@inline
function storeFour(to: usize, ns: usize, n: i32, left: i32, x: v128): void {
  store<f32>(to + (<usize>offset(ns, n, SECOND) << 2), f32x4.extract_lane(x, 0));
  if (left > 1) store<f32>(to + (<usize>offset(ns, n + 1, SECOND) << 2), f32x4.extract_lane(x, 1));
  if (left > 2) store<f32>(to + (<usize>offset(ns, n + 2, SECOND) << 2), f32x4.extract_lane(x, 2));
  if (left > 3) store<f32>(to + (<usize>offset(ns, n + 3, SECOND) << 2), f32x4.extract_lane(x, 3));
}

/** One element where there is no whole vector: in the first lane. */
@inline
function single(p: usize): v128 {
  return v128.load32_zero(p);
}

@inline
function four(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  return f32x4(sumLanes(s0), sumLanes(s1), sumLanes(s2), sumLanes(s3));
}

/** One row times four columns. */
function dots1(row: usize, o0: usize, o1: usize, o2: usize, o3: usize, ks: usize, K: i32): v128 {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  for (let k: i32 = 0; k < K;) {
    const length = run(ks, k, K - k);
    let i = <usize>offset(ks, k, SECOND) << 2;
    let x = row + (<usize>k << 2);
    for (const end = i + (<usize>(length & ~3) << 2); i < end; i += 16) {
      const v = v128.load(x);
      s0 = madd(v, v128.load(o0 + i), s0);
      s1 = madd(v, v128.load(o1 + i), s1);
      s2 = madd(v, v128.load(o2 + i), s2);
      s3 = madd(v, v128.load(o3 + i), s3);
      x += 16;
    }
    for (const end = i + (<usize>(length & 3) << 2); i < end; i += 4) {
      const v = single(x);
      s0 = madd(v, single(o0 + i), s0);
      s1 = madd(v, single(o1 + i), s1);
      s2 = madd(v, single(o2 + i), s2);
      s3 = madd(v, single(o3 + i), s3);
      x += 4;
    }
    k += length;
  }
  return four(s0, s1, s2, s3);
}

/** Two rows times four columns: each vector of B serves both. */
function dots2(
  row: usize, other: usize, o0: usize, o1: usize, o2: usize, o3: usize, ks: usize, K: i32, to: usize,
): void {
  const apart = other - row;
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  let t0 = splat(0), t1 = splat(0), t2 = splat(0), t3 = splat(0);
  for (let k: i32 = 0; k < K;) {
    const length = run(ks, k, K - k);
    let i = <usize>offset(ks, k, SECOND) << 2;
    let x = row + (<usize>k << 2);
    for (const end = i + (<usize>(length & ~3) << 2); i < end; i += 16) {
      const v = v128.load(x);
      const w = v128.load(x + apart);
      let y = v128.load(o0 + i);
      s0 = madd(v, y, s0);
      t0 = madd(w, y, t0);
      y = v128.load(o1 + i);
      s1 = madd(v, y, s1);
      t1 = madd(w, y, t1);
      y = v128.load(o2 + i);
      s2 = madd(v, y, s2);
      t2 = madd(w, y, t2);
      y = v128.load(o3 + i);
      s3 = madd(v, y, s3);
      t3 = madd(w, y, t3);
      x += 16;
    }
    for (const end = i + (<usize>(length & 3) << 2); i < end; i += 4) {
      const v = single(x);
      const w = single(x + apart);
      s0 = madd(v, single(o0 + i), s0);
      s1 = madd(v, single(o1 + i), s1);
      s2 = madd(v, single(o2 + i), s2);
      s3 = madd(v, single(o3 + i), s3);
      t0 = madd(w, single(o0 + i), t0);
      t1 = madd(w, single(o1 + i), t1);
      t2 = madd(w, single(o2 + i), t2);
      t3 = madd(w, single(o3 + i), t3);
      x += 4;
    }
    k += length;
  }
  v128.store(to, four(s0, s1, s2, s3));
  v128.store(to, four(t0, t1, t2, t3), 16);
}

/** Columns that are added up before the next ones: four runs of B this long stay in the cache. */
const STRIP: i32 = 1024;

/** Adds up to four multiples of rows of B to one row of totals. */
@inline
function add1(
  x: usize, count: i32, p: usize, q: usize, r: usize, s: usize, to: usize, bytes: usize,
): void {
  const zero = splat(0);
  const v0 = v128.load32_splat(x);
  const v1 = count > 1 ? v128.load32_splat(x, 4) : zero;
  const v2 = count > 2 ? v128.load32_splat(x, 8) : zero;
  const v3 = count > 3 ? v128.load32_splat(x, 12) : zero;
  for (let i: usize = 0; i < bytes; i += 16) {
    let sum = madd(v0, v128.load(p + i), v128.load(to + i));
    if (count > 1) sum = madd(v1, v128.load(q + i), sum);
    if (count > 2) sum = madd(v2, v128.load(r + i), sum);
    if (count > 3) sum = madd(v3, v128.load(s + i), sum);
    v128.store(to + i, sum);
  }
}

/** Adds four multiples of rows of B to each of two rows of totals. */
function add2(
  x: usize, y: usize, p: usize, q: usize, r: usize, s: usize, to: usize, bytes: usize,
): void {
  const v0 = v128.load32_splat(x), v1 = v128.load32_splat(x, 4);
  const v2 = v128.load32_splat(x, 8), v3 = v128.load32_splat(x, 12);
  const w0 = v128.load32_splat(y), w1 = v128.load32_splat(y, 4);
  const w2 = v128.load32_splat(y, 8), w3 = v128.load32_splat(y, 12);
  const other = to + bytes;
  for (let i: usize = 0; i < bytes; i += 16) {
    let b = v128.load(p + i);
    let sum = madd(v0, b, v128.load(to + i));
    let second = madd(w0, b, v128.load(other + i));
    b = v128.load(q + i);
    sum = madd(v1, b, sum);
    second = madd(w1, b, second);
    b = v128.load(r + i);
    sum = madd(v2, b, sum);
    second = madd(w2, b, second);
    b = v128.load(s + i);
    v128.store(to + i, madd(v3, b, sum));
    v128.store(other + i, madd(w3, b, second));
  }
}

/** Few rows, and B's rows lie whole in memory: C is a sum of multiples of them. */
function sums(
  a: usize, b: usize, c: usize, ms: usize, ns: usize, ks: usize, M: i32, N: i32, K: i32, total: usize,
): void {
  for (let n: i32 = 0; n < N;) {
    const width = run(ns, n, min(STRIP, N - n));
    const vectors = <usize>((width + 3) >> 2) << 4;
    memory.fill(total, 0, <usize>M * vectors);
    const base = b + (<usize>offset(ns, n, FIRST) << 2);
    for (let k: i32 = 0; k < K; k += 4) {
      const left = K - k;
      const p = base + (<usize>offset(ks, k, SECOND) << 2);
      const q = left > 1 ? base + (<usize>offset(ks, k + 1, SECOND) << 2) : p;
      const r = left > 2 ? base + (<usize>offset(ks, k + 2, SECOND) << 2) : p;
      const s = left > 3 ? base + (<usize>offset(ks, k + 3, SECOND) << 2) : p;
      let m: i32 = 0;
      if (left >= 4) {
        for (; m + 2 <= M; m += 2) {
          const x = a + (<usize>(m * K + k) << 2);
          add2(x, x + (<usize>K << 2), p, q, r, s, total + <usize>m * vectors, vectors);
        }
      }
      for (; m < M; m++)
        add1(a + (<usize>(m * K + k) << 2), min(left, 4), p, q, r, s, total + <usize>m * vectors, vectors);
    }
    for (let m: i32 = 0; m < M; m++) {
      const from = total + <usize>m * vectors;
      const to = c + (<usize>offset(ms, m, SECOND) << 2);
      for (let i: i32 = 0; i < width; i++)
        store<f32>(to + (<usize>offset(ns, n + i, SECOND) << 2), load<f32>(from + (<usize>i << 2)));
    }
    n += width;
  }
}

/** Few rows do not repay the packing of B. */
const FEW: i32 = 8;
/** The longest rows that fit the scratch memory beside each other. */
const LONG: i32 = (HEIGHT * DEPTH) / FEW;

export function scratchBytes(): i32 {
  return (ROWS * COLUMNS + HEIGHT * DEPTH + WIDTH * DEPTH) * 4;
}

/** `description` holds the groups of batches, rows, columns and depths, one after the other. */
export function matmul(description: usize, scratch: usize, a: usize, b: usize, c: usize): void {
  const ms = next(description);
  const ns = next(ms);
  const ks = next(ns);
  const M = sizeOf(ms);
  const N = sizeOf(ns);
  const K = sizeOf(ks);
  const batches = sizeOf(description);
  const rows = scratch + ROWS * COLUMNS * 4;
  const few = M <= FEW && K <= LONG;
  const useDots = few && (innerStride(ks, SECOND) == 4 || N == 1 && K == 1);
  const useSums = few && innerStride(ns, FIRST) == 4;
  for (let i: i32 = 0; i < batches; i++) {
    const x = a + (<usize>offset(description, i, FIRST) << 2);
    const y = b + (<usize>offset(description, i, SECOND) << 2);
    const z = c + (<usize>offset(description, i, THIRD) << 2);
    if (useDots) {
      packRows(rows, x, ms, ks, M, K);
      dots(rows, y, z, ms, ns, ks, M, N, K, scratch);
    } else if (useSums) {
      packRows(rows, x, ms, ks, M, K);
      sums(rows, y, z, ms, ns, ks, M, N, K, rows + HEIGHT * DEPTH * 4);
    } else {
      packed(x, y, z, ms, ns, ks, M, N, K, scratch);
    }
  }
}
