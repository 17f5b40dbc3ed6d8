import { createHash } from "node:crypto";

/**
 * What is in a block: its ids, and with the link before it all ids before. The first link is of whom
 * the text is for, so that nobody finds what others have asked.
 *
 * @param before the link of the block before, or at the beginning whom the text is for
 */
export function linkOf(before: string, ids: readonly number[]): string {
  const bytes = new Uint8Array(Int32Array.from(ids).buffer);
  return createHash("sha256").update(before).update("\n").update(bytes).digest("base64");
}
