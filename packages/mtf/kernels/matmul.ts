/**
 * C[batch, m, n] = sum over k of A[batch, m, k] B[batch, k, n], for any strides: an index of a
 * group (batch, m, n, k) may consist of several dims, so an einsum never moves its operands first.
 *
 * Blocks of A and B are packed into panels that the inner loop reads in order. A tile of 4 rows by
 * 2 vectors keeps 8 sums, 2 vectors of B and a number of A in registers; larger tiles and unrolled
 * loops spill in V8 and lose half the speed.
 */
import { dots, scaleColumns, sums } from "./_few";
import { FIRST, innerStride, next, offset, run, SECOND, sizeOf, THIRD } from "./_groups";
import { bytesOf, isInt8 } from "./_numbers";
import { packLines, packQuads, packRows, quadDepth } from "./_pack";
import { madd, splat } from "./_vector";

const ROWS: i32 = 4;
const COLUMNS: i32 = 8;
/** 256 steps of a panel of B are 8 KB: half of the first-level cache with A's panel beside. */
const DEPTH: i32 = 256;
const HEIGHT: i32 = 128;
const WIDTH: i32 = 1024;

/** 4 rows of `a` times 8 columns of `b`, added to the tile at `c` unless it is the first. */
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
  if (innerStride(ns, SECOND) != 1) return false;
  if (rank > 1 && run(ns, n, COLUMNS) < COLUMNS) return false;
  if (load<i32>(ms) < 2) return true;
  const row = offset(ms, m, SECOND);
  return (
    offset(ms, m + 1, SECOND) == row + stride &&
    offset(ms, m + 2, SECOND) == row + 2 * stride &&
    offset(ms, m + 3, SECOND) == row + 3 * stride
  );
}

function packed<A, B>(
  a: usize, b: usize, c: usize, ms: usize, ns: usize, ks: usize, M: i32, N: i32, K: i32,
  scratch: usize, adding: bool, scales: usize,
): void {
  const spare = scratch;
  const panelsA = spare + ROWS * COLUMNS * 4;
  const panelsB = panelsA + HEIGHT * DEPTH * 4;
  const rowStride = innerStride(ms, SECOND);
  // A block of B is packed once for all rows; a block of A, which stays in the second-level cache,
  // once for every 1024 columns.
  for (let k: i32 = 0; k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k);
    const first = k == 0 && !adding;
    for (let n: i32 = 0; n < N; n += WIDTH) {
      const width = min(WIDTH, N - n);
      for (let j: i32 = 0; j < width; j += COLUMNS) {
        const panel = panelsB + <usize>(j * depth) * 4;
        const left = width - j;
        packLines<B>(panel, 32, b, ns, n + j, left, ks, k, depth, SECOND, scales);
        const other = left > 4 ? n + j + 4 : n + j;
        const more = max(left - 4, 1);
        packLines<B>(panel + 16, 32, b, ns, other, more, ks, k, depth, SECOND, scales);
      }
      for (let m: i32 = 0; m < M; m += HEIGHT) {
        const height = min(HEIGHT, M - m);
        for (let i: i32 = 0; i < height; i += ROWS) {
          const panel = panelsA + <usize>(i * depth) * 4;
          packLines<A>(panel, 16, a, ms, m + i, height - i, ks, k, depth, FIRST, scales);
        }
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

/** Few rows do not repay the packing of B; more do not where its columns lie whole. */
const FEW: i32 = 8;
const FEW_DOTS: i32 = 32;
/** Room for the totals of few rows. */
const TOTALS: i32 = 16384;
/** Numbers of A, packed, that stay in the second-level cache beside what is read of B. */
const NEAR: i32 = 65536;

export function scratchBytes(): i32 {
  return (ROWS * COLUMNS + HEIGHT * DEPTH + WIDTH * DEPTH) * 4;
}

/** How an operand lies that is not float32: which of the two, and its numbers. */
const FIRST_BFLOAT16: i32 = 1;
const SECOND_BFLOAT16: i32 = 2;
const FIRST_FLOAT16: i32 = 3;
const SECOND_FLOAT16: i32 = 4;
const FIRST_INT8: i32 = 5;
const SECOND_INT8: i32 = 6;

/**
 * `description` holds the groups of batches, rows, columns and depths, one after the other; the
 * product is added to what is at `c` where that is said. Narrow numbers become float32 where they are
 * packed, or where they are multiplied if nothing is. Those of int8 have scales, whose strides are the
 * third of its lines, and the first of a group like that of batches behind the others.
 */
export function matmul(
  description: usize, scratch: usize, a: usize, b: usize, c: usize, adding: bool, narrow: i32,
  scales: usize,
): void {
  if (narrow == FIRST_BFLOAT16) multiply<u16, f32>(description, scratch, a, b, c, adding, scales);
  else if (narrow == SECOND_BFLOAT16)
    multiply<f32, u16>(description, scratch, a, b, c, adding, scales);
  else if (narrow == FIRST_FLOAT16)
    multiply<i16, f32>(description, scratch, a, b, c, adding, scales);
  else if (narrow == SECOND_FLOAT16)
    multiply<f32, i16>(description, scratch, a, b, c, adding, scales);
  else if (narrow == FIRST_INT8) multiply<i8, f32>(description, scratch, a, b, c, adding, scales);
  else if (narrow == SECOND_INT8) multiply<f32, i8>(description, scratch, a, b, c, adding, scales);
  else multiply<f32, f32>(description, scratch, a, b, c, adding, scales);
}

function multiply<A, B>(
  description: usize, scratch: usize, a: usize, b: usize, c: usize, adding: bool, scales: usize,
): void {
  const ms = next(description);
  const ns = next(ms);
  const ks = next(ns);
  const M = sizeOf(ms);
  const batches = sizeOf(description);
  for (let i: i32 = 0; i < batches; i++) {
    const x = a + bytesOf<A>(offset(description, i, FIRST));
    const y = b + bytesOf<B>(offset(description, i, SECOND));
    const z = c + (<usize>offset(description, i, THIRD) << 2);
    let s = scales;
    if (isInt8<A>() || isInt8<B>()) s += <usize>offset(next(ks), i, FIRST) << 2;
    if (isInt8<B>() && !areSmall(x, ms, ks, M)) {
      // A row of numbers that are too large for this must not change what another row gives.
      for (let m: i32 = 0; m < M; m++) {
        const row = x + bytesOf<A>(offset(ms, m, FIRST));
        const small = areSmall(row, ms, ks, 1);
        const to = z + (<usize>offset(ms, m, SECOND) << 2);
        multiplyOne<A, B>(row, y, to, ms, ns, ks, 1, scratch, adding, s, small);
      }
    } else multiplyOne<A, B>(x, y, z, ms, ns, ks, M, scratch, adding, s, true);
  }
}

/** The product of one index of a batch; `few` says whether it may be that of few rows. */
function multiplyOne<A, B>(
  x: usize, y: usize, z: usize, ms: usize, ns: usize, ks: usize, M: i32,
  scratch: usize, adding: bool, scales: usize, few: bool,
): void {
  const N = sizeOf(ns);
  const K = sizeOf(ks);
  const rows = scratch + ROWS * COLUMNS * 4;
  const whole = innerStride(ks, SECOND) == 1 || (N == 1 && K == 1);
  const mayBeFew = few && !adding;
  if (mayBeFew && whole && M <= FEW_DOTS && (M + 3) * quadDepth(ks, K) <= NEAR) {
    packQuads<A>(rows, x, ms, ks, M, K, scales);
    dots<B>(rows, y, z, ms, ns, ks, M, N, K, scratch, rows + NEAR * 4);
    if (isInt8<B>()) scaleColumns(z, ms, ns, M, N, scales);
  } else if (mayBeFew && M <= FEW && M * K <= HEIGHT * DEPTH && innerStride(ns, FIRST) == 1) {
    const totals = rows + HEIGHT * DEPTH * 4;
    packRows<A>(rows, x, ms, ks, M, K, scales);
    sums<B>(rows, y, z, ms, ns, ks, M, N, K, totals, totals + TOTALS * 4, scratch);
    if (isInt8<B>()) scaleColumns(z, ms, ns, M, N, scales);
  } else {
    packed<A, B>(x, y, z, ms, ns, ks, M, N, K, scratch, adding, scales);
  }
}

/** Numbers up to this, times 2^31 and added up, are far from infinite. */
const SMALL: f32 = 1152921504606846976;

/**
 * Whether a product of few rows may be given its scales at the end: where it would not be infinite, but
 * is without them, and where numbers are infinite, they come first. NaN is NaN either way.
 */
function areSmall(a: usize, ms: usize, ks: usize, M: i32): bool {
  if (M > FEW_DOTS) return true;
  const K = sizeOf(ks);
  const stride = <usize>innerStride(ks, FIRST) << 2;
  for (let m: i32 = 0; m < M; m++) {
    const row = a + (<usize>offset(ms, m, FIRST) << 2);
    for (let k: i32 = 0; k < K;) {
      const length = run(ks, k, K - k);
      let at = row + (<usize>offset(ks, k, FIRST) << 2);
      for (let i: i32 = 0; i < length; i++) {
        if (Mathf.abs(load<f32>(at)) > SMALL) return false;
        at += stride;
      }
      k += length;
    }
  }
  return true;
}
