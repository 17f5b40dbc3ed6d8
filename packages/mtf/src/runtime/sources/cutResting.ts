import type { Box } from "../../program/placement.ts";
import { bytesAtRest, partsIn, type Sized } from "../../rest/bytes.ts";
import { partsOf } from "../../rest/rest.ts";
import { cut, paste } from "./cut.ts";

/** What rests in bytes, and what the bytes are of. */
export interface Resting {
  readonly bytes: Uint8Array;
  readonly sized: Sized;
}

/** A box of what rests, as bytes of its own: of an int8, with the scales of its rows. */
export function cutResting({ bytes, sized }: Resting, box: Box): Resting {
  const dims = sized.dims.map(({ name }, d) => ({ name, size: box[d]!.size }));
  const own = { bytes: new Uint8Array(bytesAtRest({ ...sized, dims })), sized: { ...sized, dims } };
  const to = partsIn(own.bytes, own.sized);
  partsIn(bytes, sized).forEach((from, i) => {
    const [shape, part] = partOf(sized, box, i);
    to[i]!.set(cut(from, shape, part));
  });
  return own;
}

/** Puts what rests where its box is in something larger. */
export function pasteResting(part: Resting, whole: Uint8Array, sized: Sized, box: Box): void {
  const to = partsIn(whole, sized);
  partsIn(part.bytes, part.sized).forEach((from, i) => {
    const [shape, own] = partOf(sized, box, i);
    paste(from, to[i]!, shape, own);
  });
}

/** The sizes of one of the arrays that a tensor rests in, and what of a box is in it. */
function partOf(sized: Sized, box: Box, part: number): readonly [readonly number[], Box] {
  const { dims } = partsOf(sized)[part]!;
  const at = (name: string) => sized.dims.findIndex((d) => d.name === name);
  return [dims.map((d) => d.size), dims.map(({ name }) => box[at(name)]!)];
}
