/**
 * Functions of four floats at once. Measured against float64 over all magnitudes (see
 * src/backend/wasm/vector.test.ts): relative errors stay below 1e-6, most below 2e-7; infinities,
 * NaN and signed zeros come out as IEEE 754 says.
 */

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

/**
 * Added to a number below 2^22 it leaves the nearest integer, plus 127, in the lowest bits: shifted
 * by 23 they are the float 2^n, for n from -127 (which gives 0) to 127.
 */
const ROUND: f32 = 12583039;
const ROUND_BITS: i32 = 0x4b40007f;

/** exp(x) 2^-n: the reduced argument lies within ±ln 2 / 2. */
@inline
function expReduced(x: v128, n: v128): v128 {
  // ln 2 in two parts: the first has so few bits that its product with n is exact.
  let r = nmadd(n, splat(0.693359375), x);
  r = nmadd(n, splat(-2.12194440e-4), r);
  let p = madd(splat(1.9875691500e-4), r, splat(1.3981999507e-3));
  p = madd(p, r, splat(8.3334519073e-3));
  p = madd(p, r, splat(4.1665795894e-2));
  p = madd(p, r, splat(1.6666665459e-1));
  p = madd(p, r, splat(5.0000001201e-1));
  return f32x4.add(madd(p, f32x4.mul(r, r), r), splat(1));
}

@inline
export function exp(value: v128): v128 {
  // pmin and pmax are one instruction each and hand on a NaN that comes first.
  const x = f32x4.pmin(f32x4.pmax(value, splat(-104)), splat(89));
  const rounded = madd(x, splat(1.44269504), splat(ROUND));
  const whole = i32x4.sub(rounded, i32x4.splat(ROUND_BITS));
  // In two steps, so that results below 2^-126 and above 2^127 are reached gradually.
  const half = i32x4.shr_s(whole, 1);
  const scaled = f32x4.mul(expReduced(x, f32x4.sub(rounded, splat(ROUND))), power2(half));
  return f32x4.mul(scaled, power2(i32x4.sub(whole, half)));
}

/** exp of numbers up to 88, and 0 for those whose exp is below 2^-126. */
@inline
export function expNormal(value: v128): v128 {
  const x = f32x4.pmax(value, splat(-88.0296919));
  const rounded = madd(x, splat(1.44269504), splat(ROUND));
  return f32x4.mul(expReduced(x, f32x4.sub(rounded, splat(ROUND))), i32x4.shl(rounded, 23));
}

@inline
export function log(value: v128): v128 {
  // Numbers below 2^-126 have no exponent of their own.
  const tiny = f32x4.lt(value, splat(1.17549435e-38));
  const x = select(tiny, f32x4.mul(value, splat(8388608)), value);
  let e = i32x4.sub(i32x4.shr_s(x, 23), i32x4.splat(126));
  e = i32x4.sub(e, v128.and(tiny, i32x4.splat(23)));
  let m = v128.or(v128.and(x, i32x4.splat(0x007fffff)), splat(0.5));
  const low = f32x4.lt(m, splat(0.707106781));
  e = i32x4.add(e, low);
  m = f32x4.sub(f32x4.add(m, v128.and(low, m)), splat(1));
  const exponent = f32x4.convert_i32x4_s(e);
  const z = f32x4.mul(m, m);
  let p = madd(splat(7.0376836292e-2), m, splat(-1.1514610310e-1));
  p = madd(p, m, splat(1.1676998740e-1));
  p = madd(p, m, splat(-1.2420140846e-1));
  p = madd(p, m, splat(1.4249322787e-1));
  p = madd(p, m, splat(-1.6668057665e-1));
  p = madd(p, m, splat(2.0000714765e-1));
  p = madd(p, m, splat(-2.4999993993e-1));
  p = madd(p, m, splat(3.3333331174e-1));
  let y = f32x4.mul(f32x4.mul(p, z), m);
  y = madd(exponent, splat(-2.12194440e-4), y);
  y = nmadd(z, splat(0.5), y);
  y = madd(exponent, splat(0.693359375), f32x4.add(m, y));
  y = select(f32x4.eq(value, splat(<f32>Infinity)), value, y);
  y = select(f32x4.eq(value, splat(0)), splat(-<f32>Infinity), y);
  // Below zero and for NaN the answer is NaN.
  return v128.or(y, v128.not(f32x4.ge(value, splat(0))));
}

/** A quotient of polynomials up to 7.905; from there on tanh is 1 but for two units in the last place. */
@inline
export function tanh(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, splat(-7.90531110763549805)), splat(7.90531110763549805));
  const z = f32x4.mul(x, x);
  let p = madd(splat(-2.76076847742355e-16), z, splat(2.00018790482477e-13));
  p = madd(p, z, splat(-8.60467152213735e-11));
  p = madd(p, z, splat(5.12229709037114e-8));
  p = madd(p, z, splat(1.48572235717979e-5));
  p = madd(p, z, splat(6.37261928875436e-4));
  p = madd(p, z, splat(4.89352455891786e-3));
  let q = madd(splat(1.19825839466702e-6), z, splat(1.18534705686654e-4));
  q = madd(q, z, splat(2.26843463243900e-3));
  q = madd(q, z, splat(4.89352518554385e-3));
  // Denormals would vanish in the products: near zero tanh is x.
  const near = f32x4.lt(f32x4.abs(value), splat(0.0004));
  const y = select(near, value, f32x4.div(f32x4.mul(x, p), q));
  const sign = v128.and(value, i32x4.splat(0x80000000));
  return select(f32x4.gt(f32x4.abs(value), splat(8.5)), v128.or(sign, splat(1)), y);
}

/** From exp(-|x|), which cannot overflow, so that small results keep their precision. */
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const above = select(f32x4.lt(x, splat(0)), e, splat(1));
  return f32x4.div(above, f32x4.add(splat(1), e));
}

/** 2 sqrt(2 / pi) (x + 0.044715 x³): gelu is x times the sigmoid of this. */
@inline
function geluInner(x: v128): v128 {
  const slope = madd(f32x4.mul(x, x), splat(0.0713548163), splat(1.59576912));
  return f32x4.mul(x, slope);
}

@inline
export function gelu(x: v128): v128 {
  return f32x4.mul(x, sigmoid(geluInner(x)));
}

@inline
export function geluGrad(x: v128, dy: v128): v128 {
  const u = geluInner(x);
  const e = exp(f32x4.neg(f32x4.abs(u)));
  const rest = f32x4.div(splat(1), f32x4.add(splat(1), e));
  const s = f32x4.mul(rest, select(f32x4.lt(u, splat(0)), e, splat(1)));
  const slope = madd(f32x4.mul(x, x), splat(0.214064449), splat(1.59576912));
  const flat = f32x4.mul(f32x4.mul(e, rest), rest);
  // Far out the sigmoid is flat: without the mask, 0 times an overflowing slope would be NaN.
  const bend = v128.andnot(f32x4.mul(f32x4.mul(x, slope), flat), f32x4.eq(e, splat(0)));
  return f32x4.mul(dy, f32x4.add(s, bend));
}

/** cos(2 pi u) for u in [0, 1]: the quadrant is exact, the rest lies within an eighth of a turn. */
@inline
export function cosTurn(u: v128): v128 {
  const t = f32x4.mul(u, splat(4));
  const n = f32x4.nearest(t);
  const x = f32x4.mul(f32x4.sub(t, n), splat(1.57079633));
  const z = f32x4.mul(x, x);
  let c = madd(splat(2.443315711809948e-5), z, splat(-1.388731625493765e-3));
  c = madd(c, z, splat(4.166664568298827e-2));
  c = f32x4.add(nmadd(z, splat(0.5), f32x4.mul(c, f32x4.mul(z, z))), splat(1));
  let s = madd(splat(-1.9515295891e-4), z, splat(8.3321608736e-3));
  s = madd(s, z, splat(-1.6666654611e-1));
  s = madd(f32x4.mul(s, z), x, x);
  const quadrant = i32x4.trunc_sat_f32x4_s(n);
  const odd = i32x4.ne(v128.and(quadrant, i32x4.splat(1)), i32x4.splat(0));
  // cos, -sin, -cos, sin
  const flip = i32x4.shl(v128.and(i32x4.add(quadrant, i32x4.splat(1)), i32x4.splat(2)), 30);
  return v128.xor(select(odd, s, c), flip);
}
