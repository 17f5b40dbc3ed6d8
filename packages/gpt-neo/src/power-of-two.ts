/**
 * The least power of two that is not below a count: programs are made for few sizes.
 *
 * @param count at least 1
 * @example
 * powerOfTwo(5); // 8
 */
export function powerOfTwo(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}
