/** One row times columns that lie whole in memory, each of which is one sum after the other. */
import { FIRST, offset, run, SECOND } from "./_groups";
import { bytesOf, first, four, fromInt8, isBfloat16, isInt8, second, single, vectorOf } from "./_numbers";
import { madd, splat } from "./_vector";

/** The sums of the lanes of each: those of the first two, and those of the others, first. */
@inline
export function totals(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
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

/** One row times four columns. `masks` is where `keepMasks` wrote. */
export function dots1<T>(
  row: usize, o0: usize, o1: usize, o2: usize, o3: usize, ks: usize, K: i32, masks: usize,
): v128 {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  const m0 = v128.load(masks), m1 = v128.load(masks, 16);
  const m2 = v128.load(masks, 32), m3 = v128.load(masks, 48);
  for (let k: i32 = 0; k < K;) {
    const length = run(ks, k, K - k);
    let i = bytesOf<T>(offset(ks, k, SECOND));
    let x = row + (<usize>k << 2);
    const whole = length & ~(vectorOf<T>() - 1);
    for (const end = i + bytesOf<T>(whole); i < end; i += 16) {
      if (isInt8<T>()) {
        s0 = addBytes(x, v128.load(o0 + i), s0, m0, m1, m2, m3);
        s1 = addBytes(x, v128.load(o1 + i), s1, m0, m1, m2, m3);
        s2 = addBytes(x, v128.load(o2 + i), s2, m0, m1, m2, m3);
        s3 = addBytes(x, v128.load(o3 + i), s3, m0, m1, m2, m3);
      } else {
        s0 = addVector<T>(x, v128.load(o0 + i), s0, masks);
        s1 = addVector<T>(x, v128.load(o1 + i), s1, masks);
        s2 = addVector<T>(x, v128.load(o2 + i), s2, masks);
        s3 = addVector<T>(x, v128.load(o3 + i), s3, masks);
      }
      x += 4 * <usize>vectorOf<T>();
    }
    if (!isFloat<T>()) {
      for (const end = i + bytesOf<T>((length - whole) & ~3); i < end; i += 4 * sizeof<T>()) {
        const v = v128.load(x);
        s0 = madd(v, four<T>(o0 + i), s0);
        s1 = madd(v, four<T>(o1 + i), s1);
        s2 = madd(v, four<T>(o2 + i), s2);
        s3 = madd(v, four<T>(o3 + i), s3);
        x += 16;
      }
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

/** Adds a vector of numbers times as many floats at `x`, four at a time. */
@inline
function addVector<T>(x: usize, v: v128, sum: v128, masks: usize): v128 {
  sum = madd(v128.load(x), first<T>(v, masks), sum);
  return isFloat<T>() ? sum : madd(v128.load(x, 16), second<T>(v, masks), sum);
}

/** The same of bytes, whose masks stay in registers. */
@inline
function addBytes(x: usize, v: v128, sum: v128, m0: v128, m1: v128, m2: v128, m3: v128): v128 {
  sum = madd(v128.load(x), fromInt8(v, m0), sum);
  sum = madd(v128.load(x, 16), fromInt8(v, m1), sum);
  sum = madd(v128.load(x, 32), fromInt8(v, m2), sum);
  return madd(v128.load(x, 48), fromInt8(v, m3), sum);
}

/** Whether `dotsOfOne` can multiply a row with these. */
@inline
export function isForSix<T>(ns: usize, ks: usize, K: i32): bool {
  const narrow = isBfloat16<T>() || isInt8<T>();
  return narrow && load<i32>(ns) == 1 && run(ks, 0, K) % vectorOf<T>() == 0;
}

/**
 * One row times all columns, which lie evenly apart, six at a time, a sixth of all apart: a sum waits for the
 * one before, two or four times for each vector, and six at once keep a processor busy meanwhile.
 */
export function dotsOfOne<T>(
  row: usize, b: usize, to: usize, ns: usize, ks: usize, N: i32, K: i32, spare: usize, masks: usize,
): void {
  const apart = N / 6;
  const step = bytesOf<T>(offset(ns, 1, FIRST));
  const stepTo = <usize>offset(ns, 1, SECOND) << 2;
  for (let n: i32 = 0; n < apart; n++) {
    dots6<T>(row, b + <usize>n * step, <usize>apart * step, ks, K, spare, masks);
    for (let i: i32 = 0; i < 6; i++)
      store<f32>(to + <usize>(n + i * apart) * stepTo, load<f32>(spare + (<usize>i << 2)));
  }
  for (let n = 6 * apart; n < N; n++) {
    const column = b + <usize>n * step;
    const sums = dots1<T>(row, column, column, column, column, ks, K, masks);
    store<f32>(to + <usize>n * stepTo, f32x4.extract_lane(sums, 0));
  }
}

/** One row times six columns, which are so many bytes apart and of runs of whole vectors. */
function dots6<T>(
  row: usize, column: usize, apart: usize, ks: usize, K: i32, to: usize, masks: usize,
): void {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0), s4 = splat(0), s5 = splat(0);
  const m0 = v128.load(masks), m1 = v128.load(masks, 16);
  const m2 = v128.load(masks, 32), m3 = v128.load(masks, 48);
  for (let k: i32 = 0; k < K;) {
    const length = run(ks, k, K - k);
    let x = row + (<usize>k << 2);
    let o = column + bytesOf<T>(offset(ks, k, SECOND));
    for (const end = o + bytesOf<T>(length); o < end; o += 16) {
      let p = o;
      s0 = addWhole<T>(x, v128.load(p), s0, m0, m1, m2, m3);
      p += apart;
      s1 = addWhole<T>(x, v128.load(p), s1, m0, m1, m2, m3);
      p += apart;
      s2 = addWhole<T>(x, v128.load(p), s2, m0, m1, m2, m3);
      p += apart;
      s3 = addWhole<T>(x, v128.load(p), s3, m0, m1, m2, m3);
      p += apart;
      s4 = addWhole<T>(x, v128.load(p), s4, m0, m1, m2, m3);
      p += apart;
      s5 = addWhole<T>(x, v128.load(p), s5, m0, m1, m2, m3);
      x += 4 * <usize>vectorOf<T>();
    }
    k += length;
  }
  v128.store(to, totals(s0, s1, s2, s3));
  v128.store(to, totals(s4, s5, s4, s5), 16);
}

/** Adds a vector of halves, or of bytes with these masks. */
@inline
function addWhole<T>(x: usize, v: v128, sum: v128, m0: v128, m1: v128, m2: v128, m3: v128): v128 {
  return isInt8<T>() ? addBytes(x, v, sum, m0, m1, m2, m3) : addVector<T>(x, v, sum, 0);
}
