import { FIRST, innerStride, offset, run, THIRD } from "./_groups";
import { bytesOf, four, isInt8, one, UNIT } from "./_numbers";

/** Numbers of four lines as they are: those of int8 have a scale for each line. */
@inline
function scaled<T>(numbers: v128, scales: v128): v128 {
  if (!isInt8<T>()) return numbers;
  return f32x4.mul(f32x4.mul(numbers, f32x4.splat(UNIT)), scales);
}

@inline
function transpose4<T>(
  to: usize, step: usize, p: usize, q: usize, r: usize, s: usize, scales: v128,
): void {
  const a = four<T>(p);
  const b = four<T>(q);
  const c = four<T>(r);
  const d = four<T>(s);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, scaled<T>(v128.shuffle<i64>(ab, cd, 0, 2), scales));
  v128.store(to + step, scaled<T>(v128.shuffle<i64>(ab, cd, 1, 3), scales));
  v128.store(to + 2 * step, scaled<T>(v128.shuffle<i64>(ef, gh, 0, 2), scales));
  v128.store(to + 3 * step, scaled<T>(v128.shuffle<i64>(ef, gh, 1, 3), scales));
}

/**
 * Packs `tall` steps of k for 4 lines (rows of A or columns of B) into every `step` bytes of a
 * panel, as float32. Lines that do not exist repeat the first: nobody reads what they give.
 */
export function packLines<T>(
  to: usize, step: usize, from: usize, lines: usize, line: i32, count: i32,
  depths: usize, depth: i32, tall: i32, side: usize, lineScales: usize,
): void {
  const o0 = offset(lines, line, FIRST);
  const o1 = count > 1 ? offset(lines, line + 1, FIRST) : o0;
  const o2 = count > 2 ? offset(lines, line + 2, FIRST) : o0;
  const o3 = count > 3 ? offset(lines, line + 3, FIRST) : o0;
  const stride = bytesOf<T>(innerStride(depths, side));
  const scales = isInt8<T>() ? scalesOf(lines, line, count, lineScales) : f32x4.splat(1);
  const adjacent = o1 == o0 + 1 && o2 == o0 + 2 && o3 == o0 + 3;
  for (let k: i32 = 0; k < tall;) {
    const length = run(depths, depth + k, tall - k);
    const base = from + bytesOf<T>(offset(depths, depth + k, side));
    let p = base + bytesOf<T>(o0);
    let i: i32 = 0;
    if (adjacent) {
      for (; i < length; i++) {
        v128.store(to, scaled<T>(four<T>(p), scales));
        p += stride;
        to += step;
      }
    } else {
      let q = base + bytesOf<T>(o1);
      let r = base + bytesOf<T>(o2);
      let s = base + bytesOf<T>(o3);
      if (stride == sizeof<T>()) {
        for (; i + 4 <= length; i += 4) {
          transpose4<T>(to, step, p, q, r, s, scales);
          p += 4 * sizeof<T>();
          q += 4 * sizeof<T>();
          r += 4 * sizeof<T>();
          s += 4 * sizeof<T>();
          to += 4 * step;
        }
      }
      for (; i < length; i++) {
        store<f32>(to, one<T>(p));
        store<f32>(to + 4, one<T>(q));
        store<f32>(to + 8, one<T>(r));
        store<f32>(to + 12, one<T>(s));
        if (isInt8<T>()) v128.store(to, scaled<T>(v128.load(to), scales));
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

/** The scales of 4 lines. */
function scalesOf(lines: usize, line: i32, count: i32, scales: usize): v128 {
  const s0 = scaleOf(lines, line, scales);
  let all = f32x4.splat(s0);
  if (count > 1) all = f32x4.replace_lane(all, 1, scaleOf(lines, line + 1, scales));
  if (count > 2) all = f32x4.replace_lane(all, 2, scaleOf(lines, line + 2, scales));
  if (count > 3) all = f32x4.replace_lane(all, 3, scaleOf(lines, line + 3, scales));
  return all;
}

@inline
function scaleOf(lines: usize, line: i32, scales: usize): f32 {
  return load<f32>(scales + (<usize>offset(lines, line, THIRD) << 2));
}

/** Rows of A, one after the other, for sums of few rows. */
export function packRows<T>(
  to: usize, a: usize, ms: usize, ks: usize, M: i32, K: i32, scales: usize,
): void {
  for (let m: i32 = 0; m < M; m++) {
    packRow<T>(to, a + bytesOf<T>(offset(ms, m, FIRST)), ks, K, rowScale<T>(ms, m, scales));
    to += <usize>K << 2;
  }
}

@inline
function rowScale<T>(ms: usize, m: i32, scales: usize): f32 {
  return isInt8<T>() ? scaleOf(ms, m, scales) : 1;
}

@inline
function scaledOne<T>(at: usize, scale: f32): f32 {
  return isInt8<T>() ? one<T>(at) * UNIT * scale : one<T>(at);
}

function packRow<T>(to: usize, row: usize, ks: usize, K: i32, scale: f32): void {
  const stride = bytesOf<T>(innerStride(ks, FIRST));
  for (let k: i32 = 0; k < K;) {
    const length = run(ks, k, K - k);
    let from = row + bytesOf<T>(offset(ks, k, FIRST));
    for (let i: i32 = 0; i < length; i++) {
      store<f32>(to, scaledOne<T>(from, scale));
      from += stride;
      to += 4;
    }
    k += length;
  }
}

/** How many groups of four rows there are; one row or two that are left over stay by themselves. */
@inline
export function quadsOf(M: i32): i32 {
  return (M + 1) >> 2;
}

/** The depth of a group of four rows: runs of the second operand begin with a whole vector. */
export function quadDepth(ks: usize, K: i32): i32 {
  const length = run(ks, 0, K);
  return (K / length) * ((length + 3) & ~3);
}

/**
 * Rows of A for the products of few rows: of each four a vector after the other, for each vector of a run;
 * then those that are left over as they are. Of a group of three the last is repeated: nobody reads it.
 */
export function packQuads<T>(
  to: usize, a: usize, ms: usize, ks: usize, M: i32, K: i32, scales: usize,
): void {
  const quads = quadsOf(M);
  const stride = bytesOf<T>(innerStride(ks, FIRST));
  for (let m: i32 = 0; m < quads << 2; m += 4) {
    for (let k: i32 = 0; k < K;) {
      const length = run(ks, k, K - k);
      for (let i: i32 = 0; i < 4; i++) {
        const line = min(m + i, M - 1);
        const scale = rowScale<T>(ms, line, scales);
        const row = bytesOf<T>(offset(ms, line, FIRST));
        let from = a + row + bytesOf<T>(offset(ks, k, FIRST));
        let at = to + (<usize>i << 4);
        for (let j: i32 = 0; j < length; j++) {
          store<f32>(at, scaledOne<T>(from, scale));
          from += stride;
          at += (j & 3) == 3 ? 52 : 4;
        }
      }
      to += <usize>((length + 3) & ~3) << 4;
      k += length;
    }
  }
  for (let m: i32 = quads << 2; m < M; m++) {
    packRow<T>(to, a + bytesOf<T>(offset(ms, m, FIRST)), ks, K, rowScale<T>(ms, m, scales));
    to += <usize>K << 2;
  }
}
