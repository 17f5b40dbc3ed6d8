import { elements } from "../dimension.ts";
import { bytesPerElement, type DType, elementsIn, type HostArray } from "../dtype.ts";
import { partsOf, type Rest } from "./rest.ts";

/** A tensor, or a device's slice of one. */
export interface Sized {
  readonly dims: readonly { readonly name: string; readonly size: number }[];
  readonly dtype: DType;
  readonly rest?: Rest | undefined;
}

/** The bytes that a tensor, or a slice of these sizes, takes in memory. */
export function bytesAtRest(sized: Sized): number {
  if (sized.rest === undefined) return elements(sized.dims) * bytesPerElement[sized.dtype];
  return partsOf(sized).reduce((sum, { dims, dtype }) => {
    return sum + elements(dims) * bytesPerElement[dtype];
  }, 0);
}

/** The parts that bytes in memory are, in order. */
export function partsIn(bytes: Uint8Array, sized: Sized): readonly HostArray[] {
  let at = 0;
  return partsOf(sized).map(({ dims, dtype }) => {
    const length = elements(dims);
    const part = elementsIn(dtype, bytes.buffer, bytes.byteOffset + at, length);
    at += length * bytesPerElement[dtype];
    return part;
  });
}
