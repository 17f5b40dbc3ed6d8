import { exp, expNormal, maxLanes, splat, sumLanes } from "./_vector";

/** Bytes that are summed in float32 before the float64 total takes over: errors stay below 1e-6. */
const BLOCK: usize = 32 * 16;

/** The largest number of a row. A NaN is passed over: who subtracts the result meets it again. */
export function largest(row: usize, n: i32): f32 {
  let a = splat(-<f32>Infinity), b = a;
  let p = row;
  for (const end = row + (<usize>(n & ~7) << 2); p < end; p += 32) {
    a = f32x4.pmax(a, v128.load(p));
    b = f32x4.pmax(b, v128.load(p, 16));
  }
  for (const end = row + (<usize>n << 2); p < end; p += 4) a = f32x4.pmax(a, v128.load32_splat(p));
  return maxLanes(f32x4.pmax(a, b));
}

/** The sum of exp(x - shift) along a row whose elements do not exceed shift; `to` may keep them. */
@inline
export function sumExpNormal(row: usize, n: i32, shift: f32, to: usize): f64 {
  return sumOfExp(row, n, shift, to, true);
}

/** The sum of exp(x - shift) of n adjacent numbers, whatever they are. */
export function sumExpOf(row: usize, n: i32, shift: f32): f64 {
  return sumOfExp(row, n, shift, 0, false);
}

@inline
function sumOfExp(row: usize, n: i32, shift: f32, to: usize, normal: bool): f64 {
  const s = splat(shift);
  const end = row + (<usize>(n & ~3) << 2);
  let total: f64 = 0;
  let p = row;
  while (p < end) {
    let sum = splat(0);
    for (const stop = min(end, p + BLOCK); p < stop; p += 16) {
      const x = f32x4.sub(v128.load(p), s);
      const e = normal ? expNormal(x) : exp(x);
      if (to) v128.store(to + (p - row), e);
      sum = f32x4.add(sum, e);
    }
    total += <f64>sumLanes(sum);
  }
  for (const stop = row + (<usize>n << 2); p < stop; p += 4) {
    const x = f32x4.sub(v128.load32_splat(p), s);
    const e = f32x4.extract_lane(normal ? expNormal(x) : exp(x), 0);
    if (to) store<f32>(to + (p - row), e);
    total += <f64>e;
  }
  return total;
}

export function sumRow(row: usize, n: i32): f64 {
  const end = row + (<usize>(n & ~3) << 2);
  let total: f64 = 0;
  let p = row;
  while (p < end) {
    let a = splat(0), b = a;
    const stop = min(end, p + 2 * BLOCK);
    for (; p + 32 <= stop; p += 32) {
      a = f32x4.add(a, v128.load(p));
      b = f32x4.add(b, v128.load(p, 16));
    }
    for (; p < stop; p += 16) a = f32x4.add(a, v128.load(p));
    total += <f64>sumLanes(a) + <f64>sumLanes(b);
  }
  for (const stop = row + (<usize>n << 2); p < stop; p += 4) total += <f64>load<f32>(p);
  return total;
}

export function sumProducts(x: usize, y: usize, n: i32): f64 {
  const vectors = <usize>(n & ~3) << 2;
  let total: f64 = 0;
  let i: usize = 0;
  while (i < vectors) {
    let sum = splat(0);
    for (const stop = min(vectors, i + BLOCK); i < stop; i += 16)
      sum = f32x4.add(sum, f32x4.mul(v128.load(x + i), v128.load(y + i)));
    total += <f64>sumLanes(sum);
  }
  for (const stop = <usize>n << 2; i < stop; i += 4)
    total += <f64>(load<f32>(x + i) * load<f32>(y + i));
  return total;
}
