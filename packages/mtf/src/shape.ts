/** The number of elements of an array of this shape. */
export function volumeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
