const real = new Float32Array(1);
const word = new Uint32Array(real.buffer);

/**
 * Rounds numbers to float32 such that rounding them again, to a type at least two bits narrower,
 * gives what rounding them once would: what is cut off stays visible in the last bit, which is
 * odd wherever the result is not exact.
 *
 * @example
 * roundToOdd(Float64Array.of(1 + 2 ** -40)); // 1 + 2 ** -23
 */
export function roundToOdd(values: Float64Array): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values);
  for (let i = 0; i < values.length; i++) {
    const [exact, rounded] = [values[i]!, result[i]!];
    if (exact === rounded || Number.isNaN(exact)) continue;
    real[0] = rounded;
    if (word[0]! % 2 === 0) {
      word[0] = word[0]! + (Math.abs(rounded) < Math.abs(exact) ? 1 : -1);
      result[i] = real[0];
    }
  }
  return result;
}
