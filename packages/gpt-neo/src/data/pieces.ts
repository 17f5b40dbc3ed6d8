/** What stands at a place of a stream: ids of the file, or the end of text behind a document. */
export type Piece =
  | { readonly kind: "ids"; readonly first: number; readonly count: number }
  | { readonly kind: "end"; readonly count: 1 };

/** A stream made of a file's ids, and perhaps of ends that the file lacks. */
export interface Pieces {
  readonly length: number;
  /** What begins at a place, and goes on for so many more. */
  at(place: number): Piece;
  close(): void;
}

/** The ids of a file as they stand. */
export function asTheyStand(ids: number): Pieces {
  return {
    length: ids,
    at: (place) => ({ kind: "ids", first: place, count: ids - place }),
    close: () => undefined,
  };
}

/** Where the documents of a file begin. */
export interface DocumentStarts {
  readonly count: number;
  /** The ids before a document; before the one after the last, all of them. */
  start(document: number): number;
  close(): void;
}

/** The ids of a file with an end behind each document. */
export function withEnds(ids: number, documents: DocumentStarts): Pieces {
  const { count } = documents;
  const startOf = (document: number): number => documents.start(document) + document;
  // What is asked for next is mostly the rest of the same document, or the next one.
  let last = 0;
  const documentAt = (place: number): number => {
    let [low, high] = [0, count];
    for (const near of [last, last + 1]) {
      if (near >= count || startOf(near) > place) break;
      if (near + 1 === count || startOf(near + 1) > place) return near;
      low = near + 1;
    }
    if (startOf(low) > place) low = 0;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (startOf(middle) <= place) low = middle;
      else high = middle;
    }
    return low;
  };
  return {
    length: ids + count,
    at(place) {
      last = documentAt(place);
      const first = documents.start(last);
      const end = last + 1 === count ? ids : documents.start(last + 1);
      const at = first + place - startOf(last);
      return at < end ? { kind: "ids", first: at, count: end - at } : { kind: "end", count: 1 };
    },
    close: () => documents.close(),
  };
}
