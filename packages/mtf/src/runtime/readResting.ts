import type { Backend, Buffer, Slice } from "../backend/backend.ts";
import type { HostArray } from "../dtype.ts";
import { type Box, volume } from "../program/placement.ts";
import { bytesAtRest, type Sized } from "../rest/bytes.ts";
import { widen } from "../rest/widen.ts";
import { bytesOf } from "./execute/bytesOf.ts";
import { sizedOf } from "./execute/device.ts";
import { cutResting } from "./sources/cutResting.ts";

/** How numbers that rest narrow are to be read: as float32, or as the bytes that they rest in. */
export type ReadAs = "float32" | "bytes";

/** A box of what rests in a buffer. */
export async function readResting(
  backend: Backend,
  buffer: Buffer,
  slice: Slice,
  box: Box,
  as: ReadAs,
): Promise<HostArray> {
  const bytes = await bytesOf(backend, buffer);
  const kept = cutResting({ bytes, sized: sizedOf(slice) }, box);
  if (as === "bytes") return kept.bytes;
  const numbers = new Float32Array(volume(box));
  widen(kept.bytes, kept.sized, numbers);
  return numbers;
}

/** Room for what `readResting` gives, in a process that does not have it. */
export function roomForResting(sized: Sized, box: Box, as: ReadAs): HostArray {
  if (as === "float32") return new Float32Array(volume(box));
  const dims = sized.dims.map(({ name }, d) => ({ name, size: box[d]!.size }));
  return new Uint8Array(bytesAtRest({ ...sized, dims }));
}
