/** The first id that a vocabulary of `size` does not have; ids are not negative. */
export function firstOutside(ids: Int32Array | Uint16Array, size: number): number | undefined {
  // A loop: a call for each id takes longer than everything else that is done with ids.
  for (let i = 0; i < ids.length; i++) if (ids[i]! >= size) return ids[i];
  return undefined;
}
