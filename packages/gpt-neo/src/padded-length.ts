/** The lengths programs are made for: a power of two, at most what the model sees at once. */
export function paddedLength(length: number, most: number): number {
  let padded = 16;
  while (padded < length) padded *= 2;
  return Math.min(padded, most);
}
