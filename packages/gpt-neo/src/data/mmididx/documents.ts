import { closeSync, openSync, readSync } from "node:fs";
import { openBytes } from "mtf/files";
import { badData } from "../bad-data.ts";
import type { DocumentStarts } from "../pieces.ts";
import { readIndexHeader } from "./header.ts";

/**
 * Opens an index to look up documents where it lies: its tables may be larger than memory.
 *
 * @param idx the index
 * @param ids how many the `.bin` has
 * @throws MtfError `bad-file` as `readIndexHeader`, and where a look-up meets what cannot be
 */
export async function documentStarts(idx: string, ids: number): Promise<DocumentStarts> {
  const bytes = await openBytes(idx);
  const header = await readIndexHeader(bytes).finally(() => bytes.close());
  const { sequences, borders, bordersAt, pointersAt, type } = header;
  const file = openSync(idx, "r");
  const entry = new DataView(new ArrayBuffer(8));
  const read = (at: number): number => {
    if (readSync(file, entry, 0, 8, at) < 8)
      throw badData({ file: idx, offset: at }, "it ends early");
    return Number(entry.getBigInt64(0, true));
  };
  // As in `openIndexed`: merged data tell of no documents, so each sequence is one.
  const eachIsOne = borders === 1 && sequences > 0;
  const firstOf = (document: number): number =>
    eachIsOne ? document : read(bordersAt + 8 * document);
  return {
    count: eachIsOne ? sequences : Math.max(0, borders - 1),
    start(document) {
      const sequence = firstOf(document);
      if (sequence === sequences) return ids;
      const at = pointersAt + 8 * sequence;
      const start = sequence >= 0 && sequence < sequences ? read(at) / type.bytes : -1;
      if (Number.isInteger(start) && start >= 0 && start <= ids) return start;
      throw badData({ file: idx, offset: at }, `document ${document} begins outside of the ids`);
    },
    close: () => closeSync(file),
  };
}
