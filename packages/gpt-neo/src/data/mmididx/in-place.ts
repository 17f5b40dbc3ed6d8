import { asTheyStand, withEnds } from "../pieces.ts";
import { type InPlaceOptions, readAtRandom } from "../read-at-random.ts";
import type { TokenSource } from "../token-source.ts";
import { documentStarts } from "./documents.ts";
import { type IndexedData, openIndexed, pairOf } from "./open.ts";

/** Documents whose ends are looked at. */
const looked = 64;

/**
 * Opens a pair of `.bin` and `.idx` to be read at random where it lies: nothing is copied, and what is
 * read before the first id does not grow with the files. Where documents have no end of text of their
 * own, one is put behind each.
 *
 * @returns undefined if its sequences do not lie one after the other
 * @throws MtfError `bad-file` as `openIndexed`; when ids are read, for those outside the vocabulary
 * @example
 * const source = await openInPlace("pile_text_document.bin", { size: 50257, endOfText: 50256 });
 */
export async function openInPlace(
  path: string,
  options: InPlaceOptions,
): Promise<TokenSource | undefined> {
  const data = await openIndexed(path);
  const { bin, idx } = pairOf(path);
  try {
    const ids = await idsInARow(data);
    if (ids === undefined) return undefined;
    const pieces = (await haveEnds(data, options.endOfText))
      ? asTheyStand(ids)
      : withEnds(ids, await documentStarts(idx, ids));
    return readAtRandom(bin, data.type, pieces, options);
  } finally {
    await data.close();
  }
}

/** How many ids there are, if sequences and documents follow each other from the first to the last. */
async function idsInARow(data: IndexedData): Promise<number | undefined> {
  const { documents, sequences, type } = data;
  if (documents === 0 || sequences === 0) return undefined;
  const [first] = await data.document(0);
  const [, last] = await data.document(documents - 1);
  const begin = await data.place(0);
  const end = await data.place(sequences - 1);
  const ids = end.offset / type.bytes + end.count;
  const isWhole = first === 0 && last === sequences && begin.offset === 0;
  return isWhole && Number.isInteger(ids) ? ids : undefined;
}

/** Whether documents end in the end of text by themselves: all of some that lie evenly spread. */
async function haveEnds(data: IndexedData, endOfText: number): Promise<boolean> {
  const count = Math.min(looked, data.documents);
  for (let i = 0; i < count; i++) {
    const [first, next] = await data.document(Math.floor((i * data.documents) / count));
    if (first === next) return false;
    const { count: ids } = await data.place(next - 1);
    if (ids === 0 || Number((await data.read(next - 1, ids - 1, 1))[0]) !== endOfText) return false;
  }
  return true;
}
