/** The first of some ids that a vocabulary of `size` ids does not have, as an error shows it. */
export function unknownId(ids: ArrayLike<number>, size: number): string | undefined {
  const isUnknown = (id: unknown): boolean =>
    !Number.isInteger(id) || (id as number) < 0 || (id as number) >= size;
  const at = Array.prototype.findIndex.call(ids, isUnknown);
  return at < 0 ? undefined : String(ids[at]);
}
