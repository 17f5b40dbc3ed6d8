import { loadKoffi } from "../../koffi.ts";

/** What `madvise` knows as MADV_HUGEPAGE. */
const huge = 14;

/** Asks the system for large pages under a memory. */
export type AskForLargePages = (memory: ArrayBufferLike) => void;

/**
 * Linux gives a memory pages of 2 MiB where it is asked to, before it is written to. What streams through a
 * product crosses a page of 4 KiB all the time, and each has to be looked up, in a virtual machine twice.
 *
 * @returns undefined where nobody can be asked; where the system gives none, asking changes nothing
 */
export function largePages(): AskForLargePages | undefined {
  if (typeof process === "undefined" || process.platform !== "linux") return undefined;
  const koffi = loadKoffi();
  if (!koffi) return undefined;
  try {
    const madvise = koffi.load(null).func("int madvise(void *, size_t, int)");
    return (memory) => void madvise(new Uint8Array(memory), memory.byteLength, huge);
  } catch {
    return undefined;
  }
}
