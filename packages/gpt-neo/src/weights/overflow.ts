import type { WeightType } from "./weight-type.ts";

/**
 * From where on a number becomes infinite: half way between the largest that the type has and the
 * next power of two.
 */
const infiniteFrom: Readonly<Record<WeightType, number>> = {
  float16: 2 ** 16 - 2 ** 4,
  bfloat16: 2 ** 128 - 2 ** 119,
  float32: 2 ** 128 - 2 ** 103,
};

/** The largest number that each type has. */
const largest: Readonly<Record<WeightType, number>> = {
  float16: 2 ** 16 - 2 ** 5,
  bfloat16: 2 ** 128 - 2 ** 120,
  float32: 2 ** 128 - 2 ** 104,
};

/**
 * How many numbers are finite and would be infinite in another type.
 *
 * @example
 * countOverflows(Float32Array.of(1, 1e5, Infinity), "float16"); // 1
 */
export function countOverflows(values: Float32Array | Float64Array, type: WeightType): number {
  const from = infiniteFrom[type];
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size >= from && size !== Number.POSITIVE_INFINITY) count++;
  }
  return count;
}

/** How many numbers are NaN or infinite, which they are in every type. */
export function countNotFinite(values: Float32Array | Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) count++;
  return count;
}

/** Puts the largest number of a type, with their sign, in the place of those that would be infinite. */
export function clampOverflows(values: Float32Array | Float64Array, type: WeightType): void {
  const from = infiniteFrom[type];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Math.abs(value) >= from && Number.isFinite(value)) {
      values[i] = Math.sign(value) * largest[type];
    }
  }
}
