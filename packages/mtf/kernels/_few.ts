/** Products of few rows, which do not repay the packing of the other operand. */
import { FIRST, offset, run, SECOND, THIRD } from "./_groups";
import {
  bytesOf, first, four, fourth, isFloat16, isInt8, keepMasks, one, second, single, third, UNIT,
  vectorOf,
} from "./_numbers";
import { dots1, dotsOfOne, isForSix, totals } from "./_one";
import { quadDepth, quadsOf } from "./_pack";
import { madd, splat } from "./_vector";

/** Where masks are kept in what is spare, behind two vectors of totals. */
const MASKS: usize = 32;

/**
 * Few rows, and B's columns lie whole in memory: each element of C is a product of two runs, of the same
 * bits however many rows there are. Rows are as `packQuads` left them. Narrow columns that several groups
 * of rows read are widened before, into `columns`, where they are one run.
 *
 * Four columns at once are a quarter of all apart: from each a processor reads ahead as far as from one,
 * so that memory is busy while narrow numbers are converted.
 */
export function dots<T>(
  a: usize, b: usize, c: usize, ms: usize, ns: usize, ks: usize, M: i32, N: i32, K: i32,
  spare: usize, columns: usize,
): void {
  const widened = !isFloat<T>() && quadsOf(M) > (isFloat16<T>() ? 0 : 1) && run(ks, 0, K) == K;
  const apart = (N + 3) >> 2;
  keepMasks<T>(spare + MASKS);
  if (M == 1 && isForSix<T>(ns, ks, K)) {
    const to = c + (<usize>offset(ms, 0, SECOND) << 2);
    dotsOfOne<T>(a, b, to, ns, ks, N, K, spare, spare + MASKS);
    return;
  }
  for (let n: i32 = 0; n < apart; n++) {
    const o0 = b + bytesOf<T>(offset(ns, n, FIRST));
    const o1 = columnAt<T>(b, ns, n + apart, N, o0);
    const o2 = columnAt<T>(b, ns, n + 2 * apart, N, o0);
    const o3 = columnAt<T>(b, ns, n + 3 * apart, N, o0);
    if (widened) {
      const bytes = <usize>K << 2;
      const p = columns, q = p + bytes, r = q + bytes, s = r + bytes;
      widenRun<T>(o0, p, K);
      widenRun<T>(o1, q, K);
      widenRun<T>(o2, r, K);
      widenRun<T>(o3, s, K);
      dotsOfFour<f32>(a, p, q, r, s, c, ms, ns, ks, M, n, apart, N, K, spare);
    } else dotsOfFour<T>(a, o0, o1, o2, o3, c, ms, ns, ks, M, n, apart, N, K, spare);
  }
}

/** Where a column begins; of one that does not exist, where another does. */
@inline
function columnAt<T>(b: usize, ns: usize, n: i32, N: i32, other: usize): usize {
  return n < N ? b + bytesOf<T>(offset(ns, n, FIRST)) : other;
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

/** All rows times up to four columns, which are so far apart, from column `n` on. */
@inline
function dotsOfFour<T>(
  a: usize, o0: usize, o1: usize, o2: usize, o3: usize, c: usize,
  ms: usize, ns: usize, ks: usize, M: i32, n: i32, apart: i32, N: i32, K: i32, spare: usize,
): void {
  const quads = quadsOf(M);
  const quadBytes = <usize>quadDepth(ks, K) << 4;
  // Two columns are with all rows before the next two are read, so that they are still near.
  for (let q: i32 = 0; q < quads; q++)
    quad<T>(a + <usize>q * quadBytes, o0, o1, c, ms, q << 2, M, ns, n, apart, N, ks, K, spare);
  const n2 = n + 2 * apart;
  if (n2 < N) {
    for (let q: i32 = 0; q < quads; q++)
      quad<T>(a + <usize>q * quadBytes, o2, o3, c, ms, q << 2, M, ns, n2, apart, N, ks, K, spare);
  }
  const alone = M - (quads << 2);
  if (alone < 1) return;
  const single = a + <usize>quads * quadBytes;
  const last = c + (<usize>offset(ms, M - 1, SECOND) << 2);
  if (alone == 1) {
    storeFour(last, ns, n, apart, N, dots1<T>(single, o0, o1, o2, o3, ks, K, spare + MASKS));
  } else {
    dots2<T>(single, single + (<usize>K << 2), o0, o1, o2, o3, ks, K, spare);
    const row = c + (<usize>offset(ms, M - 2, SECOND) << 2);
    storeFour(row, ns, n, apart, N, v128.load(spare));
    storeFour(last, ns, n, apart, N, v128.load(spare, 16));
  }
}

/** The elements of four rows and two columns of C, from row `m` and column `n` on. */
@inline
function quad<T>(
  rows: usize, o0: usize, o1: usize, c: usize, ms: usize, m: i32, M: i32, ns: usize, n: i32,
  apart: i32, N: i32, ks: usize, K: i32, spare: usize,
): void {
  dots4<T>(rows, o0, o1, ks, K, spare);
  const first = c + (<usize>offset(ns, n, SECOND) << 2);
  const second = n + apart < N ? c + (<usize>offset(ns, n + apart, SECOND) << 2) : 0;
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
function storeFour(to: usize, ns: usize, n: i32, apart: i32, N: i32, x: v128): void {
  store<f32>(to + (<usize>offset(ns, n, SECOND) << 2), f32x4.extract_lane(x, 0));
  n += apart;
  if (n < N) store<f32>(to + (<usize>offset(ns, n, SECOND) << 2), f32x4.extract_lane(x, 1));
  n += apart;
  if (n < N) store<f32>(to + (<usize>offset(ns, n, SECOND) << 2), f32x4.extract_lane(x, 2));
  n += apart;
  if (n < N) store<f32>(to + (<usize>offset(ns, n, SECOND) << 2), f32x4.extract_lane(x, 3));
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

/** Adds multiples of four rows of B to a row of totals; of both there is a whole number of vectors. */
function add1<T>(
  x: usize, p: usize, q: usize, r: usize, s: usize, to: usize, bytes: usize, masks: usize,
): void {
  const v0 = v128.load32_splat(x), v1 = v128.load32_splat(x, 4);
  const v2 = v128.load32_splat(x, 8), v3 = v128.load32_splat(x, 12);
  for (let i: usize = 0; i < bytes; i += 16) {
    let b = v128.load(p + i);
    let t0 = madd(v0, first<T>(b, masks), v128.load(to));
    let t1 = isFloat<T>() ? t0 : madd(v0, second<T>(b, masks), v128.load(to, 16));
    let t2 = isInt8<T>() ? madd(v0, third(b, masks), v128.load(to, 32)) : t0;
    let t3 = isInt8<T>() ? madd(v0, fourth(b, masks), v128.load(to, 48)) : t0;
    b = v128.load(q + i);
    t0 = madd(v1, first<T>(b, masks), t0);
    if (!isFloat<T>()) t1 = madd(v1, second<T>(b, masks), t1);
    if (isInt8<T>()) t2 = madd(v1, third(b, masks), t2);
    if (isInt8<T>()) t3 = madd(v1, fourth(b, masks), t3);
    b = v128.load(r + i);
    t0 = madd(v2, first<T>(b, masks), t0);
    if (!isFloat<T>()) t1 = madd(v2, second<T>(b, masks), t1);
    if (isInt8<T>()) t2 = madd(v2, third(b, masks), t2);
    if (isInt8<T>()) t3 = madd(v2, fourth(b, masks), t3);
    b = v128.load(s + i);
    v128.store(to, madd(v3, first<T>(b, masks), t0));
    if (!isFloat<T>()) v128.store(to, madd(v3, second<T>(b, masks), t1), 16);
    if (isInt8<T>()) v128.store(to, madd(v3, third(b, masks), t2), 32);
    if (isInt8<T>()) v128.store(to, madd(v3, fourth(b, masks), t3), 48);
    to += 4 * <usize>vectorOf<T>();
  }
}

/** Adds a multiple of one row of B to a row of totals. */
function addOne<T>(x: usize, p: usize, to: usize, bytes: usize, masks: usize): void {
  const v = v128.load32_splat(x);
  for (let i: usize = 0; i < bytes; i += 16) {
    const b = v128.load(p + i);
    v128.store(to, madd(v, first<T>(b, masks), v128.load(to)));
    if (!isFloat<T>()) v128.store(to, madd(v, second<T>(b, masks), v128.load(to, 16)), 16);
    if (isInt8<T>()) v128.store(to, madd(v, third(b, masks), v128.load(to, 32)), 32);
    if (isInt8<T>()) v128.store(to, madd(v, fourth(b, masks), v128.load(to, 48)), 48);
    to += 4 * <usize>vectorOf<T>();
  }
}

/** Adds four multiples of rows of B to each of two rows of totals. */
function add2<T>(
  x: usize, y: usize, p: usize, q: usize, r: usize, s: usize, to: usize, bytes: usize,
): void {
  const v0 = v128.load32_splat(x), v1 = v128.load32_splat(x, 4);
  const v2 = v128.load32_splat(x, 8), v3 = v128.load32_splat(x, 12);
  const w0 = v128.load32_splat(y), w1 = v128.load32_splat(y, 4);
  const w2 = v128.load32_splat(y, 8), w3 = v128.load32_splat(y, 12);
  const other = to + bytes;
  for (let i: usize = 0; i < bytes; i += 16) {
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

/** Up to so many rows a narrow row of B is converted for every two of them, and not once before. */
@inline
function fewToConvert<T>(): i32 {
  return isInt8<T>() ? 4 : isFloat16<T>() ? 2 : 8;
}

/** Totals of a row that are made before the next columns: all rows' stay in the first-level cache. */
@inline
function stripOf(M: i32): i32 {
  return M == 1 ? 4096 : M == 2 ? 2048 : 1024;
}

/**
 * Few rows, and B's rows lie whole in memory: C is a sum of multiples of them. Four that follow each
 * other are read at once. Narrow ones that several rows need are widened before.
 */
export function sums<T>(
  a: usize, b: usize, c: usize, ms: usize, ns: usize, ks: usize, M: i32, N: i32, K: i32,
  total: usize, wide: usize, masks: usize,
): void {
  const strip = stripOf(M);
  keepMasks<T>(masks);
  for (let n: i32 = 0; n < N;) {
    const width = run(ns, n, min(strip, N - n));
    const base = b + bytesOf<T>(offset(ns, n, FIRST));
    const vectors = (width + vectorOf<T>() - 1) / vectorOf<T>();
    const totalBytes = <usize>(vectors * vectorOf<T>()) << 2;
    memory.fill(total, 0, <usize>M * totalBytes);
    if (isFloat<T>() || M <= fewToConvert<T>()) {
      sumStrip<T>(a, base, ks, M, K, total, <usize>vectors << 4, totalBytes, masks);
    } else {
      widenedStrip<T>(a, base, ks, M, K, total, wide, vectors * vectorOf<T>());
    }
    for (let m: i32 = 0; m < M; m++) {
      const from = total + <usize>m * totalBytes;
      const to = c + (<usize>offset(ms, m, SECOND) << 2);
      for (let i: i32 = 0; i < width; i++)
        store<f32>(to + (<usize>offset(ns, n + i, SECOND) << 2), load<f32>(from + (<usize>i << 2)));
    }
    n += width;
  }
}

/** Adds all rows of B to the totals of columns that are so many bytes of each, from `base` on. */
@inline
function sumStrip<T>(
  a: usize, base: usize, ks: usize, M: i32, K: i32, total: usize, bytes: usize, totalBytes: usize,
  masks: usize,
): void {
  for (let k: i32 = 0; k < K; k += 4) {
    const p = base + bytesOf<T>(offset(ks, k, SECOND));
    if (k + 3 < K) {
      const q = base + bytesOf<T>(offset(ks, k + 1, SECOND));
      const r = base + bytesOf<T>(offset(ks, k + 2, SECOND));
      const s = base + bytesOf<T>(offset(ks, k + 3, SECOND));
      addFour<T>(a + (<usize>k << 2), p, q, r, s, M, K, total, bytes, totalBytes, masks);
    } else {
      for (let j = k; j < K; j++) {
        const row = base + bytesOf<T>(offset(ks, j, SECOND));
        for (let m: i32 = 0; m < M; m++)
          addOne<T>(
            a + (<usize>(m * K + j) << 2), row, total + <usize>m * totalBytes, bytes, masks,
          );
      }
    }
  }
}

/** The same of narrow rows, each of which is widened once. */
function widenedStrip<T>(
  a: usize, base: usize, ks: usize, M: i32, K: i32, total: usize, wide: usize, width: i32,
): void {
  const bytes = <usize>width << 2;
  const q = wide + bytes, r = q + bytes, s = r + bytes;
  for (let k: i32 = 0; k < K; k += 4) {
    if (k + 3 < K) {
      widenRun<T>(base + bytesOf<T>(offset(ks, k, SECOND)), wide, width);
      widenRun<T>(base + bytesOf<T>(offset(ks, k + 1, SECOND)), q, width);
      widenRun<T>(base + bytesOf<T>(offset(ks, k + 2, SECOND)), r, width);
      widenRun<T>(base + bytesOf<T>(offset(ks, k + 3, SECOND)), s, width);
      addFour<f32>(a + (<usize>k << 2), wide, q, r, s, M, K, total, bytes, bytes, 0);
    } else {
      for (let j = k; j < K; j++) {
        widenRun<T>(base + bytesOf<T>(offset(ks, j, SECOND)), wide, width);
        for (let m: i32 = 0; m < M; m++)
          addOne<f32>(a + (<usize>(m * K + j) << 2), wide, total + <usize>m * bytes, bytes, 0);
      }
    }
  }
}

/** Adds multiples of four rows of B, which follow each other, to all rows of totals. */
@inline
function addFour<T>(
  x: usize, p: usize, q: usize, r: usize, s: usize, M: i32, K: i32,
  total: usize, bytes: usize, totalBytes: usize, masks: usize,
): void {
  const row = <usize>K << 2;
  let m: i32 = 0;
  for (; m + 2 <= M; m += 2) {
    const y = x + <usize>m * row;
    add2<T>(y, y + row, p, q, r, s, total + <usize>m * totalBytes, totalBytes);
  }
  for (; m < M; m++)
    add1<T>(x + <usize>m * row, p, q, r, s, total + <usize>m * totalBytes, bytes, masks);
}

/** Gives products with int8 their scales, which are one for each column. */
export function scaleColumns(c: usize, ms: usize, ns: usize, M: i32, N: i32, scales: usize): void {
  for (let n: i32 = 0; n < N; n++) {
    const scale = load<f32>(scales + (<usize>offset(ns, n, THIRD) << 2));
    const column = c + (<usize>offset(ns, n, SECOND) << 2);
    for (let m: i32 = 0; m < M; m++) {
      const at = column + (<usize>offset(ms, m, SECOND) << 2);
      store<f32>(at, load<f32>(at) * UNIT * scale);
    }
  }
}
