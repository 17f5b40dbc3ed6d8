import type { StreamDecoder } from "./tokenizer.ts";

/** The bytes of an id; undefined for ids outside the vocabulary. */
export type BytesOf = (id: number) => Uint8Array | undefined;

/** Of an id that a padded vocabulary has and a tokenizer does not. */
const unknown = new TextEncoder().encode("\uFFFD");

export function decodeWith(bytesOf: BytesOf, ids: Iterable<number>): string {
  const decoder = decoderWith(bytesOf);
  const parts: string[] = [];
  for (const id of ids) parts.push(decoder.push(id));
  parts.push(decoder.end());
  return parts.join("");
}

export function decoderWith(bytesOf: BytesOf): StreamDecoder {
  // A byte order mark is a character like any other here.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    push: (id) => decoder.decode(bytesOf(id) ?? unknown, { stream: true }),
    end: () => decoder.decode(),
  };
}
