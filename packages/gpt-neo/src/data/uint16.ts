import { badData } from "./bad-data.ts";
import { bytesOf } from "./bytes/index.ts";
import type { BytesOptions } from "./bytes/options.ts";
import { pull } from "./bytes/pull.ts";
import type { DocumentPart } from "./document.ts";

/** Ids of one part: files are larger than memory. */
const partIds = 1 << 18;

/**
 * Reads ids of 16 bits, little end first, without an index, as nanoGPT writes them: one document, in
 * which ends of text may be.
 *
 * @throws MtfError `bad-file` where it ends within an id
 */
export async function* readUint16(
  file: string,
  options: BytesOptions = {},
): AsyncGenerator<DocumentPart> {
  const bytes = pull(bytesOf(file, options));
  try {
    let held: Omit<DocumentPart & { readonly kind: "ids" }, "end"> | undefined;
    for (let whole = true; whole; ) {
      const from = { file, offset: bytes.offset };
      const piece = await bytes.take(2 * partIds);
      if (piece.length % 2 === 1) {
        throw badData({ file, offset: bytes.offset - 1 }, "it ends within an id of 16 bits");
      }
      whole = piece.length === 2 * partIds;
      if (piece.length === 0 && held) break;
      if (held) yield { ...held, end: false };
      // The copy begins where numbers of 16 bits may.
      held = { kind: "ids", ids: new Int32Array(new Uint16Array(piece.slice().buffer)), from };
    }
    yield { ...held!, end: true };
  } finally {
    await bytes.close();
  }
}
