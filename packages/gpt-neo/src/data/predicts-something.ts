import type { Chunk } from "./chunks.ts";

/** Ids that are looked at at a time. */
const pieceIds = 1 << 16;

/**
 * Whether there is a document of two ids or more: the first one of a document is predicted from nothing of
 * its own, and neither it nor the end of text says how good a model is.
 *
 * @example
 * predictsSomething(chunksOf(source, [{ begin: 1, end: source.length }]), 256); // false for one letter
 */
export function predictsSomething(chunks: readonly Chunk[], endOfText: number): boolean {
  return chunks.some(({ source, begin, end }) => {
    for (let at = begin; at < end; at += pieceIds) {
      // With the one before, from which the first is predicted.
      const ids = new Int32Array(Math.min(pieceIds, end - at) + 1);
      source.read(at - 1, ids);
      if (ids.some((id, i) => i > 0 && id !== endOfText && ids[i - 1] !== endOfText)) return true;
    }
    return false;
  });
}
