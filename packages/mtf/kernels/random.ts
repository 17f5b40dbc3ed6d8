/** Threefry-2x32 of consecutive counters, four at a time: the same numbers as src/random/. */
import { cosTurn, log, madd, select, splat } from "./_vector";

export { keepConstants } from "./_constants";

const BITS: i32 = 0;
const UNIFORM: i32 = 1;
const GUMBEL: i32 = 3;

@inline
function turn(y: v128, x: v128, by: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(y, by), i32x4.shr_u(y, 32 - by)), x);
}

@inline
function unit(word: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(word, 8)), splat(5.9604644775390625e-8));
}

/** -ln(-ln u), u half a step above a uniform number. */
@inline
function gumbel(uniform: v128): v128 {
  const half = splat(2.98023223876953125e-8);
  const far = f32x4.neg(log(f32x4.add(uniform, half)));
  // Close to 1 the logarithm would have few digits, and what u lacks of 1 has all: -ln(1 - r).
  const r = f32x4.sub(f32x4.sub(splat(1), uniform), half);
  let p = madd(r, splat(1 / 6), splat(1 / 5));
  p = madd(p, r, splat(1 / 4));
  p = madd(p, r, splat(1 / 3));
  p = madd(p, r, splat(1 / 2));
  p = madd(p, r, splat(1));
  const near = f32x4.lt(r, splat(1 / 16));
  return f32x4.neg(log(select(near, f32x4.mul(p, r), far)));
}

@inline
function four(key0: i32, key1: i32, first: u64, distribution: i32): v128 {
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  const k0 = i32x4.splat(key0), k1 = i32x4.splat(key1), k2 = i32x4.splat(key2);
  const start = i32x4.splat(<i32>first);
  const low = i32x4.add(start, i32x4(0, 1, 2, 3));
  const carry = i32x4.lt_u(low, start);
  let x = i32x4.add(low, k0);
  let y = i32x4.add(i32x4.sub(i32x4.splat(<i32>(first >> 32)), carry), k1);

  x = i32x4.add(x, y); y = turn(y, x, 13);
  x = i32x4.add(x, y); y = turn(y, x, 15);
  x = i32x4.add(x, y); y = turn(y, x, 26);
  x = i32x4.add(x, y); y = turn(y, x, 6);
  x = i32x4.add(x, k1); y = i32x4.add(y, i32x4.splat(key2 + 1));

  x = i32x4.add(x, y); y = turn(y, x, 17);
  x = i32x4.add(x, y); y = turn(y, x, 29);
  x = i32x4.add(x, y); y = turn(y, x, 16);
  x = i32x4.add(x, y); y = turn(y, x, 24);
  x = i32x4.add(x, k2); y = i32x4.add(y, i32x4.splat(key0 + 2));

  x = i32x4.add(x, y); y = turn(y, x, 13);
  x = i32x4.add(x, y); y = turn(y, x, 15);
  x = i32x4.add(x, y); y = turn(y, x, 26);
  x = i32x4.add(x, y); y = turn(y, x, 6);
  x = i32x4.add(x, k0); y = i32x4.add(y, i32x4.splat(key1 + 3));

  x = i32x4.add(x, y); y = turn(y, x, 17);
  x = i32x4.add(x, y); y = turn(y, x, 29);
  x = i32x4.add(x, y); y = turn(y, x, 16);
  x = i32x4.add(x, y); y = turn(y, x, 24);
  x = i32x4.add(x, k1); y = i32x4.add(y, i32x4.splat(key2 + 4));

  x = i32x4.add(x, y); y = turn(y, x, 13);
  x = i32x4.add(x, y); y = turn(y, x, 15);
  x = i32x4.add(x, y); y = turn(y, x, 26);
  x = i32x4.add(x, y); y = turn(y, x, 6);
  x = i32x4.add(x, k2); y = i32x4.add(y, i32x4.splat(key0 + 5));

  if (distribution == BITS) return x;
  if (distribution == UNIFORM) return unit(x);
  if (distribution == GUMBEL) return gumbel(unit(x));
  const logarithm = log(f32x4.add(unit(x), splat(5.9604644775390625e-8)));
  return f32x4.mul(f32x4.sqrt(f32x4.mul(logarithm, splat(-2))), cosTurn(unit(y)));
}

/** `n` elements of which the first has the counter `low` + 2^32 `high`. `spare` holds a vector. */
export function random(
  out: usize, n: i32, key: usize, low: u32, high: u32, distribution: i32, spare: usize,
): void {
  const key0 = load<i32>(key), key1 = load<i32>(key, 4);
  let first = (<u64>high << 32) | <u64>low;
  for (; n >= 4; n -= 4) {
    v128.store(out, four(key0, key1, first, distribution));
    out += 16;
    first += 4;
  }
  if (n > 0) {
    v128.store(spare, four(key0, key1, first, distribution));
    memory.copy(out, spare, <usize>n << 2);
  }
}
