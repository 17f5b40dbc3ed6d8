import { crc32 } from "./crc32.ts";
import { inHex } from "./file-sums.ts";
import type { Index } from "./format.ts";

/** The CRC-32 of what an index says, but for that of itself: white space does not count. */
export function indexSum({ crc32: _, ...said }: Index): string {
  return inHex(crc32(new TextEncoder().encode(JSON.stringify(said))));
}
