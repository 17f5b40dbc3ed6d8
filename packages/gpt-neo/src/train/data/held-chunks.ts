/**
 * The chunks that are held back to validate with: a share of them, spread evenly. Only their number
 * decides, so nothing has to be read.
 *
 * @param most no more, however many there are
 * @example
 * heldChunks(100, 0.02, 32); // [49, 99]
 */
export function heldChunks(count: number, share: number, most: number): readonly number[] {
  // One at least is trained on.
  return spread(count, Math.min(Math.ceil(count * share), most, count - 1));
}

/** So many of the numbers below a count: the last ones of equally long parts. */
export function spread(count: number, some: number): readonly number[] {
  return Array.from({ length: some }, (_, i) => Math.floor(((i + 1) * count) / some) - 1);
}
