/**
 * Widens narrow numbers to float32: bfloat16, float16, or int8 times a float32 scale. The description
 * is [rank, then (size, source stride, target stride, scale stride) of each dim, the slowest first];
 * strides are in elements, and along the last dim those of source and target are 1.
 */
import { splat } from "./_vector";

const FLOAT16: i32 = 1;
const INT8: i32 = 2;

@inline
function dimAt(description: usize, d: i32): usize {
  return description + 4 + (<usize>d << 4);
}

/** Four bfloat16 in the low halves of words: the upper halves of floats. */
@inline
function fromBfloat16(bits: v128): v128 {
  return i32x4.shl(bits, 16);
}

/**
 * Four float16 in the low halves of words. Exponent and fraction where a float32 has them are the
 * number times 2^-112, subnormal ones too; those of infinity and NaN lack bits.
 */
@inline
function fromFloat16(bits: v128): v128 {
  const size = v128.and(bits, i32x4.splat(0x7fff));
  const sign = i32x4.shl(v128.xor(bits, size), 16);
  const scaled = f32x4.mul(i32x4.shl(size, 13), i32x4.splat(0x77800000));
  const endless = v128.and(i32x4.ge_s(size, i32x4.splat(0x7c00)), i32x4.splat(0x7f800000));
  return v128.or(v128.or(scaled, endless), sign);
}

function halves(from: usize, to: usize, n: i32, kind: i32): void {
  for (; n >= 8; n -= 8) {
    const bits = v128.load(from);
    const low = i32x4.extend_low_i16x8_u(bits);
    const high = i32x4.extend_high_i16x8_u(bits);
    v128.store(to, kind == FLOAT16 ? fromFloat16(low) : fromBfloat16(low));
    v128.store(to, kind == FLOAT16 ? fromFloat16(high) : fromBfloat16(high), 16);
    from += 16;
    to += 32;
  }
  for (; n > 0; n--) {
    const bits = i32x4.splat(load<u16>(from));
    const x = kind == FLOAT16 ? fromFloat16(bits) : fromBfloat16(bits);
    store<f32>(to, f32x4.extract_lane(x, 0));
    from += 2;
    to += 4;
  }
}

/** `step` is 4 where each number has a scale of its own, 0 where all have one. */
function scaled(from: usize, scale: usize, step: usize, to: usize, n: i32): void {
  const all = v128.load32_splat(scale);
  for (; n >= 4; n -= 4) {
    const words = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(from)));
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(words), step ? v128.load(scale) : all));
    from += 4;
    to += 16;
    scale += step << 2;
  }
  for (; n > 0; n--) {
    store<f32>(to, <f32>load<i8>(from) * load<f32>(scale));
    from++;
    to += 4;
    scale += step;
  }
}

export function widen(
  description: usize, from: usize, scales: usize, to: usize, kind: i32,
): void {
  const outer = load<i32>(description) - 1;
  const width: usize = kind == INT8 ? 1 : 2;
  let turns: i32 = 1;
  for (let d: i32 = 0; d < outer; d++) turns *= load<i32>(dimAt(description, d));
  const last = dimAt(description, outer);
  const n = load<i32>(last);
  const step = <usize>load<i32>(last, 12) << 2;
  for (let turn: i32 = 0; turn < turns; turn++) {
    let rest = turn;
    let p: i32 = 0, q: i32 = 0, s: i32 = 0;
    for (let d = outer - 1; d >= 0; d--) {
      const dim = dimAt(description, d);
      const size = load<i32>(dim);
      const at = rest % size;
      rest = rest / size;
      p += at * load<i32>(dim, 4);
      q += at * load<i32>(dim, 8);
      s += at * load<i32>(dim, 12);
    }
    const x = from + <usize>p * width;
    const y = to + (<usize>q << 2);
    if (kind == INT8) scaled(x, scales + (<usize>s << 2), step, y, n);
    else halves(x, y, n, kind);
  }
}
