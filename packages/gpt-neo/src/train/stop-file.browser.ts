import type { StopFile } from "./stop-file.ts";

/** Whoever reaches a page's disk is a page, and has the listener's `stopped` to ask with. */
export function stopFile(): StopFile {
  return { isThere: () => false };
}
