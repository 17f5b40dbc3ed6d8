import { bytesPerElement, type StoredDType } from "../../../dtype.ts";

/** Ranges of elements that are sent one after the other, of so many bytes at most. */
export function segmentsOf(
  elements: number,
  dtype: StoredDType,
  bytes: number,
): readonly { readonly begin: number; readonly end: number }[] {
  const length = Math.max(1, Math.floor(bytes / bytesPerElement[dtype]));
  return Array.from({ length: Math.ceil(elements / length) }, (_, i) => {
    return { begin: i * length, end: Math.min(elements, (i + 1) * length) };
  });
}
