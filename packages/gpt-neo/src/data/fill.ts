import { mix } from "./permutation.ts";
import type { TokenPart } from "./read-ids.ts";
import type { TokenStore } from "./store.ts";

/** What documents are joined with, and which part of them is held back. */
export interface FillOptions {
  readonly endOfText: number;
  readonly validation: number;
  /** Told after every part. */
  readonly onProgress?: ((read: FillProgress) => void) | undefined;
}

/** How far the reading of data is. */
export interface FillProgress {
  /** Those that are read, and the one that is being read. */
  readonly documents: number;
  /** With the ends of text. */
  readonly tokens: number;
  /** The file that is being read. */
  readonly file: string;
}

/**
 * Puts every document into a store, each of which begins with an end of text: those that are held
 * back into the last one.
 *
 * @returns the number of documents
 */
export async function fill(
  stores: readonly [TokenStore, ...TokenStore[]],
  parts: AsyncIterable<TokenPart>,
  { endOfText, validation, onProgress }: FillOptions,
): Promise<number> {
  const end = Int32Array.of(endOfText);
  for (const store of stores) store.append(end);
  const storeOf = (document: number): TokenStore =>
    heldBack(document, validation) ? stores.at(-1)! : stores[0];
  let documents = 0;
  let tokens = 0;
  let store = storeOf(0);
  let last: number | undefined;
  for await (const part of parts) {
    store.append(part.ids);
    last = part.ids.at(-1) ?? last;
    tokens += part.ids.length;
    // Ids of other programs often have their end of text already; a second would be a token more.
    if (part.end && !part.joined && last !== endOfText) {
      store.append(end);
      tokens++;
    }
    onProgress?.({ documents: documents + 1, tokens, file: part.from.file });
    if (!part.end) continue;
    last = undefined;
    store = storeOf(++documents);
  }
  return documents;
}

/** A fixed choice by the document's number: whoever trains on these data holds back the same. */
function heldBack(document: number, fraction: number): boolean {
  return mix(document ^ 0x5eed) / 2 ** 32 < fraction;
}
