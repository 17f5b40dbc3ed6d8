import type { ByteSource } from "mtf/files";
import { badData } from "../bad-data.ts";
import { type IndexedType, typeOfCode } from "./dtypes.ts";

/** The first bytes of every index: a name and two zeros. */
export const magic: Uint8Array<ArrayBuffer> = new TextEncoder().encode(
  "MMIDIDX\0\0",
) as Uint8Array<ArrayBuffer>;

/** Magic, version, type, and the counts of sequences and document borders. */
export const headerBytes = 34;

export interface IndexHeader {
  readonly type: IndexedType;
  readonly sequences: number;
  /** One more than there are documents. */
  readonly borders: number;
  /** Where the tables of sizes, places and borders start. */
  readonly sizesAt: number;
  readonly pointersAt: number;
  readonly bordersAt: number;
}

/**
 * Reads an index's header, and checks that what it promises is there before anything is allocated.
 *
 * @throws MtfError `bad-file`
 */
export async function readIndexHeader(index: ByteSource): Promise<IndexHeader> {
  const bad = (offset: number, reason: string): Error =>
    badData({ file: index.name, offset }, reason);
  const head = new Uint8Array(Math.min(headerBytes, index.size));
  await index.read(0, head);
  if (magic.some((byte, at) => head[at] !== byte)) throw bad(0, "it is no MMIDIDX index");
  if (head.length < headerBytes) throw bad(head.length, "its header ends early");
  const view = new DataView(head.buffer);
  const version = view.getBigUint64(9, true);
  if (version !== 1n) throw bad(9, `its version is ${version}, where only 1 is known`);
  const code = head[17]!;
  const type = typeOfCode(code);
  if (!type) {
    const float = code === 6 || code === 7 ? ", a float, which is no id" : "";
    throw bad(17, `its type has the code ${code}${float}`);
  }
  const sequences = Number(view.getBigUint64(18, true));
  const borders = Number(view.getBigUint64(26, true));
  const needed = headerBytes + 12 * sequences + 8 * borders;
  if (needed > index.size) {
    const reason = `its tables of ${sequences} sequences and ${borders} borders end early`;
    throw bad(index.size, reason);
  }
  const pointersAt = headerBytes + 4 * sequences;
  const bordersAt = pointersAt + 8 * sequences;
  return { type, sequences, borders, sizesAt: headerBytes, pointersAt, bordersAt };
}
