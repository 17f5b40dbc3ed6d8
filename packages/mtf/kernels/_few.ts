/** Products of few rows, which do not repay the packing of the other operand. */
import { FIRST, offset, run, SECOND } from "./_groups";
import { bytesOf, four, one, single } from "./_numbers";
import { quadDepth, quadsOf } from "./_pack";
import { madd, splat } from "./_vector";

/**
 * Few rows, and B's columns lie whole in memory: each element of C is a product of two runs, of the same
 * bits however many rows there are. Rows are as `packQuads` left them. Narrow columns that several groups
 * of rows read are widened before, into `columns`, where they are one run.
 */
export function dots<T>(
  a: usize, b: usize, c: usize, ms: usize, ns: usize, ks: usize, M: i32, N: i32, K: i32,
  spare: usize, columns: usize,
): void {
  const widened = !isFloat<T>() && quadsOf(M) > (isSigned<T>() ? 0 : 1) && run(ks, 0, K) == K;
  for (let n: i32 = 0; n < N; n += 4) {
    const left = N - n;
    const o0 = b + bytesOf<T>(offset(ns, n, FIRST));
    const o1 = left > 1 ? b + bytesOf<T>(offset(ns, n + 1, FIRST)) : o0;
    const o2 = left > 2 ? b + bytesOf<T>(offset(ns, n + 2, FIRST)) : o0;
    const o3 = left > 3 ? b + bytesOf<T>(offset(ns, n + 3, FIRST)) : o0;
    if (widened) {
      const bytes = <usize>K << 2;
      const p = columns, q = p + bytes, r = q + bytes, s = r + bytes;
      widenRun<T>(o0, p, K);
      widenRun<T>(o1, q, K);
      widenRun<T>(o2, r, K);
      widenRun<T>(o3, s, K);
      dotsOfFour<f32>(a, p, q, r, s, c, ms, ns, ks, M, n, N, K, spare);
    } else dotsOfFour<T>(a, o0, o1, o2, o3, c, ms, ns, ks, M, n, N, K, spare);
  }
}

function widenRun<T>(from: usize, to: usize, length: i32): void {
  for (const end = to + (<usize>(length & ~3) << 2); to < end; to += 16) {
    v128.store(to, four<T>(from));
    from += 4 * sizeof<T>();
  }
  for (let i: i32 = 0; i < (length & 3); i++) {
    store<f32>(to + (<usize>i << 2), one<T>(from + bytesOf<T>(i)));
  }
}

/** All rows times up to four columns, from column `n` on. */
@inline
function dotsOfFour<T>(
  a: usize, o0: usize, o1: usize, o2: usize, o3: usize, c: usize,
  ms: usize, ns: usize, ks: usize, M: i32, n: i32, N: i32, K: i32, spare: usize,
): void {
  const quads = quadsOf(M);
  const quadBytes = <usize>quadDepth(ks, K) << 4;
  const left = N - n;
  // Two columns are with all rows before the next two are read, so that they are still near.
  for (let q: i32 = 0; q < quads; q++)
    quad<T>(a + <usize>q * quadBytes, o0, o1, c, ms, q << 2, M, ns, n, N, ks, K, spare);
  if (left > 2) {
    for (let q: i32 = 0; q < quads; q++)
      quad<T>(a + <usize>q * quadBytes, o2, o3, c, ms, q << 2, M, ns, n + 2, N, ks, K, spare);
  }
  const alone = M - (quads << 2);
  if (alone < 1) return;
  const single = a + <usize>quads * quadBytes;
  const last = c + (<usize>offset(ms, M - 1, SECOND) << 2);
  if (alone == 1) {
    storeFour(last, ns, n, left, dots1<T>(single, o0, o1, o2, o3, ks, K));
  } else {
    dots2<T>(single, single + (<usize>K << 2), o0, o1, o2, o3, ks, K, spare);
    storeFour(c + (<usize>offset(ms, M - 2, SECOND) << 2), ns, n, left, v128.load(spare));
    storeFour(last, ns, n, left, v128.load(spare, 16));
  }
}

/** The elements of four rows and two columns of C, from row `m` and column `n` on. */
@inline
function quad<T>(
  rows: usize, o0: usize, o1: usize, c: usize, ms: usize, m: i32, M: i32, ns: usize, n: i32, N: i32,
  ks: usize, K: i32, spare: usize,
): void {
  dots4<T>(rows, o0, o1, ks, K, spare);
  const first = c + (<usize>offset(ns, n, SECOND) << 2);
  const second = n + 1 < N ? c + (<usize>offset(ns, n + 1, SECOND) << 2) : 0;
  const count = min(M - m, 4);
  for (let i: i32 = 0; i < count; i++) {
    const row = <usize>offset(ms, m + i, SECOND) << 2;
    const from = spare + (<usize>i << 2);
    store<f32>(first + row, load<f32>(from));
    if (second) store<f32>(second + row, load<f32>(from, 16));
  }
}

/** Four rows times two columns: a tile that needs few loads, and leaves registers to them. */
function dots4<T>(rows: usize, o0: usize, o1: usize, ks: usize, K: i32, to: usize): void {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  let t0 = splat(0), t1 = splat(0), t2 = splat(0), t3 = splat(0);
  let x = rows;
  for (let k: i32 = 0; k < K;) {
    const length = run(ks, k, K - k);
    const begin = bytesOf<T>(offset(ks, k, SECOND));
    let p = o0 + begin;
    let q = o1 + begin;
    for (const end = p + bytesOf<T>(length & ~3); p < end; p += 4 * sizeof<T>()) {
      const v = four<T>(p);
      const w = four<T>(q);
      let y = v128.load(x);
      s0 = madd(y, v, s0);
      t0 = madd(y, w, t0);
      y = v128.load(x, 16);
      s1 = madd(y, v, s1);
      t1 = madd(y, w, t1);
      y = v128.load(x, 32);
      s2 = madd(y, v, s2);
      t2 = madd(y, w, t2);
      y = v128.load(x, 48);
      s3 = madd(y, v, s3);
      t3 = madd(y, w, t3);
      x += 64;
      q += 4 * sizeof<T>();
    }
    const rest = length & 3;
    for (let i: i32 = 0; i < rest; i++) {
      const v = single<T>(p + bytesOf<T>(i));
      const w = single<T>(q + bytesOf<T>(i));
      const z = x + (<usize>i << 2);
      let y = single<f32>(z);
      s0 = madd(y, v, s0);
      t0 = madd(y, w, t0);
      y = single<f32>(z + 16);
      s1 = madd(y, v, s1);
      t1 = madd(y, w, t1);
      y = single<f32>(z + 32);
      s2 = madd(y, v, s2);
      t2 = madd(y, w, t2);
      y = single<f32>(z + 48);
      s3 = madd(y, v, s3);
      t3 = madd(y, w, t3);
    }
    if (rest) x += 64;
    k += length;
  }
  v128.store(to, totals(s0, s1, s2, s3));
  v128.store(to, totals(t0, t1, t2, t3), 16);
}

@inline
function storeFour(to: usize, ns: usize, n: i32, left: i32, x: v128): void {
  store<f32>(to + (<usize>offset(ns, n, SECOND) << 2), f32x4.extract_lane(x, 0));
  if (left > 1) store<f32>(to + (<usize>offset(ns, n + 1, SECOND) << 2), f32x4.extract_lane(x, 1));
  if (left > 2) store<f32>(to + (<usize>offset(ns, n + 2, SECOND) << 2), f32x4.extract_lane(x, 2));
  if (left > 3) store<f32>(to + (<usize>offset(ns, n + 3, SECOND) << 2), f32x4.extract_lane(x, 3));
}

/** The sums of the lanes of each: those of the first two, and those of the others, first. */
@inline
function totals(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const a = f32x4.add(
    v128.shuffle<i32>(s0, s1, 0, 4, 2, 6),
    v128.shuffle<i32>(s0, s1, 1, 5, 3, 7),
  );
  const b = f32x4.add(
    v128.shuffle<i32>(s2, s3, 0, 4, 2, 6),
    v128.shuffle<i32>(s2, s3, 1, 5, 3, 7),
  );
  return f32x4.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3));
}

/** One row times four columns. */
function dots1<T>(row: usize, o0: usize, o1: usize, o2: usize, o3: usize, ks: usize, K: i32): v128 {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  for (let k: i32 = 0; k < K;) {
    const length = run(ks, k, K - k);
    let i = bytesOf<T>(offset(ks, k, SECOND));
    let x = row + (<usize>k << 2);
    for (const end = i + bytesOf<T>(length & ~3); i < end; i += 4 * sizeof<T>()) {
      const v = v128.load(x);
      s0 = madd(v, four<T>(o0 + i), s0);
      s1 = madd(v, four<T>(o1 + i), s1);
      s2 = madd(v, four<T>(o2 + i), s2);
      s3 = madd(v, four<T>(o3 + i), s3);
      x += 16;
    }
    for (const end = i + bytesOf<T>(length & 3); i < end; i += sizeof<T>()) {
      const v = single<f32>(x);
      s0 = madd(v, single<T>(o0 + i), s0);
      s1 = madd(v, single<T>(o1 + i), s1);
      s2 = madd(v, single<T>(o2 + i), s2);
      s3 = madd(v, single<T>(o3 + i), s3);
      x += 4;
    }
    k += length;
  }
  return totals(s0, s1, s2, s3);
}

/** Two rows times four columns: each vector of B serves both. */
function dots2<T>(
  row: usize, other: usize, o0: usize, o1: usize, o2: usize, o3: usize,
  ks: usize, K: i32, to: usize,
): void {
  const apart = other - row;
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  let t0 = splat(0), t1 = splat(0), t2 = splat(0), t3 = splat(0);
  for (let k: i32 = 0; k < K;) {
    const length = run(ks, k, K - k);
    let i = bytesOf<T>(offset(ks, k, SECOND));
    let x = row + (<usize>k << 2);
    for (const end = i + bytesOf<T>(length & ~3); i < end; i += 4 * sizeof<T>()) {
      const v = v128.load(x);
      const w = v128.load(x + apart);
      let y = four<T>(o0 + i);
      s0 = madd(v, y, s0);
      t0 = madd(w, y, t0);
      y = four<T>(o1 + i);
      s1 = madd(v, y, s1);
      t1 = madd(w, y, t1);
      y = four<T>(o2 + i);
      s2 = madd(v, y, s2);
      t2 = madd(w, y, t2);
      y = four<T>(o3 + i);
      s3 = madd(v, y, s3);
      t3 = madd(w, y, t3);
      x += 16;
    }
    for (const end = i + bytesOf<T>(length & 3); i < end; i += sizeof<T>()) {
      const v = single<f32>(x);
      const w = single<f32>(x + apart);
      s0 = madd(v, single<T>(o0 + i), s0);
      s1 = madd(v, single<T>(o1 + i), s1);
      s2 = madd(v, single<T>(o2 + i), s2);
      s3 = madd(v, single<T>(o3 + i), s3);
      t0 = madd(w, single<T>(o0 + i), t0);
      t1 = madd(w, single<T>(o1 + i), t1);
      t2 = madd(w, single<T>(o2 + i), t2);
      t3 = madd(w, single<T>(o3 + i), t3);
      x += 4;
    }
    k += length;
  }
  v128.store(to, totals(s0, s1, s2, s3));
  v128.store(to, totals(t0, t1, t2, t3), 16);
}

/** Columns that are added up before the next ones: four runs of B this long stay in the cache. */
const STRIP: i32 = 1024;

/** Adds up to four multiples of rows of B to one row of totals. */
@inline
function add1<T>(
  x: usize, count: i32, p: usize, q: usize, r: usize, s: usize, to: usize, length: usize,
): void {
  const zero = splat(0);
  const v0 = v128.load32_splat(x);
  const v1 = count > 1 ? v128.load32_splat(x, 4) : zero;
  const v2 = count > 2 ? v128.load32_splat(x, 8) : zero;
  const v3 = count > 3 ? v128.load32_splat(x, 12) : zero;
  for (let i: usize = 0; i < length; i += 16) {
    const j = i >> (2 - alignof<T>());
    let sum = madd(v0, four<T>(p + j), v128.load(to + i));
    if (count > 1) sum = madd(v1, four<T>(q + j), sum);
    if (count > 2) sum = madd(v2, four<T>(r + j), sum);
    if (count > 3) sum = madd(v3, four<T>(s + j), sum);
    v128.store(to + i, sum);
  }
}

/** Adds four multiples of rows of B to each of two rows of totals. */
function add2<T>(
  x: usize, y: usize, p: usize, q: usize, r: usize, s: usize, to: usize, length: usize,
): void {
  const v0 = v128.load32_splat(x), v1 = v128.load32_splat(x, 4);
  const v2 = v128.load32_splat(x, 8), v3 = v128.load32_splat(x, 12);
  const w0 = v128.load32_splat(y), w1 = v128.load32_splat(y, 4);
  const w2 = v128.load32_splat(y, 8), w3 = v128.load32_splat(y, 12);
  const other = to + length;
  for (let i: usize = 0; i < length; i += 16) {
    const j = i >> (2 - alignof<T>());
    let b = four<T>(p + j);
    let sum = madd(v0, b, v128.load(to + i));
    let second = madd(w0, b, v128.load(other + i));
    b = four<T>(q + j);
    sum = madd(v1, b, sum);
    second = madd(w1, b, second);
    b = four<T>(r + j);
    sum = madd(v2, b, sum);
    second = madd(w2, b, second);
    b = four<T>(s + j);
    v128.store(to + i, madd(v3, b, sum));
    v128.store(other + i, madd(w3, b, second));
  }
}

/** Few rows, and B's rows lie whole in memory: C is a sum of multiples of them. */
export function sums<T>(
  a: usize, b: usize, c: usize, ms: usize, ns: usize, ks: usize, M: i32, N: i32, K: i32,
  total: usize,
): void {
  for (let n: i32 = 0; n < N;) {
    const width = run(ns, n, min(STRIP, N - n));
    const vectors = <usize>((width + 3) >> 2) << 4;
    memory.fill(total, 0, <usize>M * vectors);
    const base = b + bytesOf<T>(offset(ns, n, FIRST));
    for (let k: i32 = 0; k < K; k += 4) {
      const left = K - k;
      const p = base + bytesOf<T>(offset(ks, k, SECOND));
      const q = left > 1 ? base + bytesOf<T>(offset(ks, k + 1, SECOND)) : p;
      const r = left > 2 ? base + bytesOf<T>(offset(ks, k + 2, SECOND)) : p;
      const s = left > 3 ? base + bytesOf<T>(offset(ks, k + 3, SECOND)) : p;
      let m: i32 = 0;
      if (left >= 4) {
        for (; m + 2 <= M; m += 2) {
          const x = a + (<usize>(m * K + k) << 2);
          add2<T>(x, x + (<usize>K << 2), p, q, r, s, total + <usize>m * vectors, vectors);
        }
      }
      for (; m < M; m++) {
        const x = a + (<usize>(m * K + k) << 2);
        add1<T>(x, min(left, 4), p, q, r, s, total + <usize>m * vectors, vectors);
      }
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
