/**
 * Numbers of one operand as float32, however they lie in memory: `f32` as they are, `u16` as bfloat16,
 * `i16` as float16, and `i8` as 2^24 times the integer, since a byte that becomes the highest of a word
 * needs no other step: who reads it multiplies by `UNIT` and by its scale. The types are those that
 * kernels are compiled for.
 */
import { splat } from "./_vector";

/** What an `i8` that was read is to be multiplied by. */
export const UNIT: f32 = 1 / 16777216;

/** Four bfloat16 in the low halves of words: the upper halves of floats. */
@inline
function fromBfloat16(bits: v128): v128 {
  return i32x4.shl(bits, 16);
}

/**
 * Four float16 whose signs fill the upper halves of words. Exponent and fraction where a float32 has
 * them are the number times 2^-112, subnormal ones too; those of infinity and NaN lack bits.
 */
@inline
function fromFloat16(bits: v128): v128 {
  const small = v128.and(i32x4.shl(bits, 13), i32x4.splat(0x8fffe000));
  const scaled = f32x4.mul(small, i32x4.splat(0x77800000));
  const endless = f32x4.ge(f32x4.abs(scaled), f32x4.splat(65536));
  return v128.or(scaled, v128.and(endless, i32x4.splat(0x7f800000)));
}

/** Where an element lies behind the first, in bytes. */
@inline
export function bytesOf<T>(elements: i32): usize {
  return <usize>elements << alignof<T>();
}

@inline
export function isInt8<T>(): bool {
  return sizeof<T>() == 1;
}

@inline
export function isBfloat16<T>(): bool {
  return !isFloat<T>() && !isSigned<T>();
}

/** Whether numbers are float16, which take most to convert. */
@inline
export function isFloat16<T>(): bool {
  return !isFloat<T>() && isSigned<T>() && !isInt8<T>();
}

@inline
export function four<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load(at);
  if (isInt8<T>()) {
    const bytes = i8x16(-1, -1, -1, 0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3);
    return f32x4.convert_i32x4_s(i8x16.swizzle(v128.load32_zero(at), bytes));
  }
  const bits = v128.load_ext<T>(at);
  return isSigned<T>() ? fromFloat16(bits) : fromBfloat16(bits);
}

/** One number in the first lane, and 0 in the others. */
@inline
export function single<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load32_zero(at);
  if (isInt8<T>()) return f32x4.replace_lane(splat(0), 0, one<T>(at));
  const bits = i32x4.replace_lane(i32x4.splat(0), 0, <i32>load<T>(at));
  return isSigned<T>() ? fromFloat16(bits) : fromBfloat16(bits);
}

@inline
export function one<T>(at: usize): f32 {
  if (isFloat<T>()) return load<f32>(at);
  if (isInt8<T>()) return <f32>((<i32>load<T>(at)) << 24);
  return f32x4.extract_lane(single<T>(at), 0);
}

/** How many numbers there are in a vector of them. */
@inline
export function vectorOf<T>(): i32 {
  return <i32>(16 / sizeof<T>());
}

/**
 * Writes what `first` to `fourth` read, 80 bytes: where a loop mentions a constant vector as such, V8 makes it
 * anew each time, which takes as long as the arithmetic.
 */
export function keepMasks<T>(at: usize): void {
  if (isInt8<T>()) {
    v128.store(at, i8x16(-1, -1, -1, 0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3));
    v128.store(at, i8x16(-1, -1, -1, 4, -1, -1, -1, 5, -1, -1, -1, 6, -1, -1, -1, 7), 16);
    v128.store(at, i8x16(-1, -1, -1, 8, -1, -1, -1, 9, -1, -1, -1, 10, -1, -1, -1, 11), 32);
    v128.store(at, i8x16(-1, -1, -1, 12, -1, -1, -1, 13, -1, -1, -1, 14, -1, -1, -1, 15), 48);
  } else if (isSigned<T>()) {
    v128.store(at, i32x4.splat(0x8fffe000));
    v128.store(at, i32x4.splat(0x77800000), 16);
    v128.store(at, i32x4.splat(0x7fffffff), 32);
    v128.store(at, f32x4.splat(65536), 48);
    v128.store(at, i32x4.splat(0x7f800000), 64);
  }
}

/** Four bytes, those of a mask, as floats; a swizzle whose mask is known needs no check of it. */
@inline
export function fromInt8(v: v128, mask: v128): v128 {
  const words = RELAXED ? i8x16.relaxed_swizzle(v, mask) : i8x16.swizzle(v, mask);
  return f32x4.convert_i32x4_s(words);
}

/** `fromFloat16` of four in the upper halves of words, with kept constants. */
@inline
function fromUpperFloat16(bits: v128, masks: usize): v128 {
  const small = v128.and(i32x4.shr_s(bits, 3), v128.load(masks));
  const scaled = f32x4.mul(small, v128.load(masks, 16));
  const endless = f32x4.ge(v128.and(scaled, v128.load(masks, 32)), v128.load(masks, 48));
  return v128.or(scaled, v128.and(endless, v128.load(masks, 64)));
}

/** The first four of a vector of numbers. */
@inline
export function first<T>(v: v128, masks: usize): v128 {
  if (isFloat<T>()) return v;
  if (isInt8<T>()) return fromInt8(v, v128.load(masks));
  const upper = v128.shuffle<i16>(i32x4.splat(0), v, 0, 8, 1, 9, 2, 10, 3, 11);
  return isSigned<T>() ? fromUpperFloat16(upper, masks) : upper;
}

/** The second four, where there are as many. */
@inline
export function second<T>(v: v128, masks: usize): v128 {
  if (isInt8<T>()) return fromInt8(v, v128.load(masks, 16));
  const upper = v128.shuffle<i16>(i32x4.splat(0), v, 4, 12, 5, 13, 6, 14, 7, 15);
  return isSigned<T>() ? fromUpperFloat16(upper, masks) : upper;
}

/** The third four of a vector of bytes. */
@inline
export function third(v: v128, masks: usize): v128 {
  return fromInt8(v, v128.load(masks, 32));
}

/** The last four of a vector of bytes. */
@inline
export function fourth(v: v128, masks: usize): v128 {
  return fromInt8(v, v128.load(masks, 48));
}
