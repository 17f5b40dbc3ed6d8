/**
 * Frees the memory of an array that nobody uses any more, now: left to be collected, large ones pile up
 * to a hundred megabytes before the collector looks.
 *
 * @example
 * letGo(bytes); // bytes.length is 0
 */
export function letGo(array: { readonly buffer: ArrayBuffer }): void {
  structuredClone(undefined, { transfer: [array.buffer] });
}
