/**
 * Numbers of one operand as float32, however they lie in memory: `f32` as they are, `u16` as bfloat16,
 * `i16` as float16. The types are those that kernels are compiled for.
 */

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
export function four<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load(at);
  const bits = v128.load_ext<T>(at);
  return isSigned<T>() ? fromFloat16(bits) : fromBfloat16(bits);
}

/** One number in the first lane, and 0 in the others. */
@inline
export function single<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load32_zero(at);
  const bits = i32x4.replace_lane(i32x4.splat(0), 0, <i32>load<T>(at));
  return isSigned<T>() ? fromFloat16(bits) : fromBfloat16(bits);
}

@inline
export function one<T>(at: usize): f32 {
  return isFloat<T>() ? load<f32>(at) : f32x4.extract_lane(single<T>(at), 0);
}
