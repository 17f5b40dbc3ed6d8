/**
 * Functions of four floats at once. Measured against float64 over all magnitudes (see
 * src/backend/wasm/vector.test.ts): relative errors stay below 1e-6, most below 2e-7; infinities,
 * NaN and signed zeros come out as IEEE 754 says.
 */

import { C, constant, ROUND_BITS, table } from "./_constants";

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** a b + c, rounded once where the machine can: then results differ in the last bit. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (RELAXED) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c - a b */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (RELAXED) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

@inline
export function select(mask: v128, yes: v128, no: v128): v128 {
  return v128.bitselect(yes, no, mask);
}

@inline
export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

@inline
export function maxLanes(x: v128): f32 {
  const y = f32x4.max(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.max(y, v128.shuffle<i32>(y, y, 1, 0, 3, 2)), 0);
}

@inline
function power2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** exp(x) 2^-n: the reduced argument lies within ±ln 2 / 2. */
@inline
function expReduced(x: v128, n: v128): v128 {
  const at = table;
  // ln 2 in two parts: the first has so few bits that its product with n is exact.
  let r = nmadd(n, constant(at, C.LN2_HIGH), x);
  r = nmadd(n, constant(at, C.LN2_LOW), r);
  let p = madd(constant(at, C.EXP_0), r, constant(at, C.EXP_1));
  p = madd(p, r, constant(at, C.EXP_2));
  p = madd(p, r, constant(at, C.EXP_3));
  p = madd(p, r, constant(at, C.EXP_4));
  p = madd(p, r, constant(at, C.EXP_5));
  return f32x4.add(madd(p, f32x4.mul(r, r), r), constant(at, C.ONE));
}

@inline
export function exp(value: v128): v128 {
  const at = table;
  // pmin and pmax are one instruction each and hand on a NaN that comes first.
  const x = f32x4.pmin(f32x4.pmax(value, constant(at, C.EXP_LEAST)), constant(at, C.EXP_MOST));
  const rounded = madd(x, constant(at, C.LOG2_E), constant(at, C.ROUND));
  const whole = i32x4.sub(rounded, i32x4.splat(ROUND_BITS));
  // In two steps, so that results below 2^-126 and above 2^127 are reached gradually.
  const half = i32x4.shr_s(whole, 1);
  const scaled = f32x4.mul(expReduced(x, f32x4.sub(rounded, constant(at, C.ROUND))), power2(half));
  return f32x4.mul(scaled, power2(i32x4.sub(whole, half)));
}

/** exp of numbers up to 88, and 0 for those whose exp is below 2^-126. */
@inline
export function expNormal(value: v128): v128 {
  const at = table;
  const x = f32x4.pmax(value, constant(at, C.NORMAL_LEAST));
  const rounded = madd(x, constant(at, C.LOG2_E), constant(at, C.ROUND));
  const n = f32x4.sub(rounded, constant(at, C.ROUND));
  return f32x4.mul(expReduced(x, n), i32x4.shl(rounded, 23));
}

@inline
export function log(value: v128): v128 {
  const at = table;
  // Numbers below 2^-126 have no exponent of their own.
  const tiny = f32x4.lt(value, constant(at, C.SMALLEST));
  const x = select(tiny, f32x4.mul(value, constant(at, C.TWO_23)), value);
  let e = i32x4.sub(i32x4.shr_s(x, 23), i32x4.splat(126));
  e = i32x4.sub(e, v128.and(tiny, i32x4.splat(23)));
  let m = v128.or(v128.and(x, i32x4.splat(0x007fffff)), constant(at, C.HALF));
  const low = f32x4.lt(m, constant(at, C.ROOT_HALF));
  e = i32x4.add(e, low);
  m = f32x4.sub(f32x4.add(m, v128.and(low, m)), constant(at, C.ONE));
  const exponent = f32x4.convert_i32x4_s(e);
  const z = f32x4.mul(m, m);
  let p = madd(constant(at, C.LOG_0), m, constant(at, C.LOG_1));
  p = madd(p, m, constant(at, C.LOG_2));
  p = madd(p, m, constant(at, C.LOG_3));
  p = madd(p, m, constant(at, C.LOG_4));
  p = madd(p, m, constant(at, C.LOG_5));
  p = madd(p, m, constant(at, C.LOG_6));
  p = madd(p, m, constant(at, C.LOG_7));
  p = madd(p, m, constant(at, C.LOG_8));
  let y = f32x4.mul(f32x4.mul(p, z), m);
  y = madd(exponent, constant(at, C.LN2_LOW), y);
  y = nmadd(z, constant(at, C.HALF), y);
  y = madd(exponent, constant(at, C.LN2_HIGH), f32x4.add(m, y));
  y = select(f32x4.eq(value, splat(<f32>Infinity)), value, y);
  y = select(f32x4.eq(value, splat(0)), splat(-<f32>Infinity), y);
  // Below zero and for NaN the answer is NaN.
  return v128.or(y, v128.not(f32x4.ge(value, splat(0))));
}

/** A quotient of polynomials up to 7.905; from there on tanh is 1 but for the last two bits. */
@inline
export function tanh(value: v128): v128 {
  const at = table;
  const x = f32x4.pmin(f32x4.pmax(value, constant(at, C.TANH_LEAST)), constant(at, C.TANH_MOST));
  const z = f32x4.mul(x, x);
  let p = madd(constant(at, C.TANH_P0), z, constant(at, C.TANH_P1));
  p = madd(p, z, constant(at, C.TANH_P2));
  p = madd(p, z, constant(at, C.TANH_P3));
  p = madd(p, z, constant(at, C.TANH_P4));
  p = madd(p, z, constant(at, C.TANH_P5));
  p = madd(p, z, constant(at, C.TANH_P6));
  let q = madd(constant(at, C.TANH_Q0), z, constant(at, C.TANH_Q1));
  q = madd(q, z, constant(at, C.TANH_Q2));
  q = madd(q, z, constant(at, C.TANH_Q3));
  // Denormals would vanish in the products: near zero tanh is x.
  const near = f32x4.lt(f32x4.abs(value), constant(at, C.TANH_NEAR));
  const y = select(near, value, f32x4.div(f32x4.mul(x, p), q));
  const sign = v128.and(value, i32x4.splat(0x80000000));
  const far = f32x4.gt(f32x4.abs(value), constant(at, C.TANH_FAR));
  return select(far, v128.or(sign, constant(at, C.ONE)), y);
}

/** From exp(-|x|), which cannot overflow, so that small results keep their precision. */
@inline
export function sigmoid(x: v128): v128 {
  const at = table;
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const above = select(f32x4.lt(x, splat(0)), e, constant(at, C.ONE));
  return f32x4.div(above, f32x4.add(constant(at, C.ONE), e));
}

/**
 * max(x, 0) + log(1 + e), e = exp(-|x|). What 1 + e lost in rounding the quotient gives back: it is 1
 * but for e of a few bits.
 */
@inline
export function softplus(x: v128): v128 {
  const one = constant(table, C.ONE);
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const sum = f32x4.add(one, e);
  const kept = f32x4.sub(sum, one);
  const grown = f32x4.mul(log(sum), f32x4.div(e, kept));
  return f32x4.add(f32x4.pmax(x, splat(0)), select(f32x4.eq(kept, splat(0)), e, grown));
}

/** A quotient of polynomials up to 4; from there on erf is 1 to the last bit. */
@inline
export function erf(value: v128): v128 {
  const at = table;
  const x = f32x4.pmin(f32x4.pmax(value, f32x4.neg(constant(at, C.FOUR))), constant(at, C.FOUR));
  const z = f32x4.mul(x, x);
  let p = madd(constant(at, C.ERF_P0), z, constant(at, C.ERF_P1));
  p = madd(p, z, constant(at, C.ERF_P2));
  p = madd(p, z, constant(at, C.ERF_P3));
  p = madd(p, z, constant(at, C.ERF_P4));
  p = madd(p, z, constant(at, C.ERF_P5));
  p = madd(p, z, constant(at, C.ERF_P6));
  let q = madd(constant(at, C.ERF_Q0), z, constant(at, C.ERF_Q1));
  q = madd(q, z, constant(at, C.ERF_Q2));
  q = madd(q, z, constant(at, C.ERF_Q3));
  q = madd(q, z, constant(at, C.ERF_Q4));
  // Rounding must not make it more than 1.
  const one = constant(at, C.ONE);
  const y = f32x4.mul(x, f32x4.div(p, q));
  return f32x4.pmin(f32x4.pmax(y, f32x4.neg(one)), one);
}

/** 2 sqrt(2 / pi) (x + 0.044715 x³): gelu is x times the sigmoid of this. */
@inline
function geluInner(x: v128): v128 {
  const at = table;
  const slope = madd(f32x4.mul(x, x), constant(at, C.GELU_3), constant(at, C.GELU_1));
  return f32x4.mul(x, slope);
}

@inline
export function gelu(x: v128): v128 {
  return f32x4.mul(x, sigmoid(geluInner(x)));
}

@inline
export function geluGrad(x: v128, dy: v128): v128 {
  const at = table;
  const u = geluInner(x);
  const e = exp(f32x4.neg(f32x4.abs(u)));
  const rest = f32x4.div(constant(at, C.ONE), f32x4.add(constant(at, C.ONE), e));
  const s = f32x4.mul(rest, select(f32x4.lt(u, splat(0)), e, constant(at, C.ONE)));
  const slope = madd(f32x4.mul(x, x), constant(at, C.GELU_SLOPE), constant(at, C.GELU_1));
  const flat = f32x4.mul(f32x4.mul(e, rest), rest);
  // Far out the sigmoid is flat: without the mask, 0 times an overflowing slope would be NaN.
  const bend = v128.andnot(f32x4.mul(f32x4.mul(x, slope), flat), f32x4.eq(e, splat(0)));
  return f32x4.mul(dy, f32x4.add(s, bend));
}

/** cos(2 pi u) for u in [0, 1]: the quadrant is exact, the rest lies within an eighth of a turn. */
@inline
export function cosTurn(u: v128): v128 {
  const at = table;
  const t = f32x4.mul(u, constant(at, C.FOUR));
  const n = f32x4.nearest(t);
  const x = f32x4.mul(f32x4.sub(t, n), constant(at, C.QUARTER));
  const z = f32x4.mul(x, x);
  let c = madd(constant(at, C.COS_0), z, constant(at, C.COS_1));
  c = madd(c, z, constant(at, C.COS_2));
  c = f32x4.add(nmadd(z, constant(at, C.HALF), f32x4.mul(c, f32x4.mul(z, z))), constant(at, C.ONE));
  let s = madd(constant(at, C.SIN_0), z, constant(at, C.SIN_1));
  s = madd(s, z, constant(at, C.SIN_2));
  s = madd(f32x4.mul(s, z), x, x);
  const quadrant = i32x4.trunc_sat_f32x4_s(n);
  const odd = i32x4.ne(v128.and(quadrant, i32x4.splat(1)), i32x4.splat(0));
  // cos, -sin, -cos, sin
  const flip = i32x4.shl(v128.and(i32x4.add(quadrant, i32x4.splat(1)), i32x4.splat(2)), 30);
  return v128.xor(select(odd, s, c), flip);
}
