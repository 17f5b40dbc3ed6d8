/**
 * The number of elements of an array of this shape.
 *
 * @example
 * volumeOf([50257, 768]); // 38597376
 */
export function volumeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
