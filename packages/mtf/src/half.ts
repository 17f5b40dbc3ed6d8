const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/**
 * The value of a float16, given as its 16 bits.
 *
 * @example
 * fromFloat16(0x3c00); // 1
 */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * The nearest float16 of a float32, as its 16 bits; ties go to the even one.
 *
 * @example
 * const halves = Uint16Array.from(numbers, toFloat16);
 */
export function toFloat16(value: number): number {
  real[0] = value;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  // From 65520 on, half way between the largest float16 and 2^16, everything is infinite.
  if (size >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 the steps are 2^-24: adding 0.5, whose own steps are 2^-24, rounds to them.
  if (size < 0x38800000) {
    real[0] = Math.abs(real[0]!) + 0.5;
    return sign | (word[0]! - 0x3f000000);
  }
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}

/**
 * The value of a bfloat16, given as its 16 bits.
 *
 * @example
 * fromBfloat16(0x3f80); // 1
 */
export function fromBfloat16(bits: number): number {
  word[0] = bits << 16;
  return real[0]!;
}

/**
 * The nearest bfloat16 of a float32, as its 16 bits; ties go to the even one.
 *
 * @example
 * const halves = Uint16Array.from(numbers, toBfloat16);
 */
export function toBfloat16(value: number): number {
  real[0] = value;
  const bits = word[0]!;
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
