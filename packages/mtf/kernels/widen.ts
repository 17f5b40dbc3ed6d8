/**
 * Widens narrow numbers to float32: bfloat16, float16, or int8 times a float32 scale. The description
 * is [rank, then (size, source stride, target stride, scale stride) of each dim, the slowest first];
 * strides are in elements, and along the last dim those of source and target are 1.
 */
import { four, one } from "./_numbers";

const FLOAT16: i32 = 1;
const INT8: i32 = 2;

@inline
function dimAt(description: usize, d: i32): usize {
  return description + 4 + (<usize>d << 4);
}

function halves<T>(from: usize, to: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(to, four<T>(from));
    from += 8;
    to += 16;
  }
  for (; n > 0; n--) {
    store<f32>(to, one<T>(from));
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
    else if (kind == FLOAT16) halves<i16>(x, y, n);
    else halves<u16>(x, y, n);
  }
}
