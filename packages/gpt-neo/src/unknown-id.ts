/** The first of some ids that a vocabulary of `size` ids does not have. */
export function unknownId(ids: ArrayLike<number>, size: number): number | undefined {
  return Array.prototype.find.call(ids, (id) => !Number.isInteger(id) || id < 0 || id >= size);
}
