import { badData } from "../bad-data.ts";
import type { DocumentPart } from "../document.ts";
import { idsOf } from "./ids.ts";
import { type IndexedData, openIndexed, pairOf } from "./open.ts";

/** Ids of one part: a document may be larger than memory. */
const partIds = 1 << 18;

/**
 * Reads Megatron's and NeoX's indexed data: documents of ids, whose sequences follow each other.
 *
 * @param file the `.bin`, the `.idx`, or what their names have in common
 * @throws MtfError `bad-file` naming the byte of what is wrong
 */
export async function* readIndexed(file: string): AsyncGenerator<DocumentPart> {
  const data = await openIndexed(file);
  try {
    let expected = 0;
    for (let index = 0; index < data.documents; index++) {
      const [first, next] = await data.document(index);
      // Gaps or overlaps would lose or repeat ids in silence.
      if (first !== expected) throw gap(file, index, first, expected);
      expected = next;
      yield* documentOf(data, file, first, next);
    }
    if (expected !== data.sequences) throw gap(file, data.documents, data.sequences, expected);
  } finally {
    await data.close();
  }
}

async function* documentOf(
  data: IndexedData,
  file: string,
  first: number,
  next: number,
): AsyncGenerator<DocumentPart> {
  const { bin } = pairOf(file);
  const from = { file: bin, offset: first < next ? (await data.place(first)).offset : 0 };
  let held = new Int32Array(0);
  for (let sequence = first; sequence < next; sequence++) {
    const { offset, count } = await data.place(sequence);
    for (let begin = 0; begin < count; begin += partIds) {
      const found = idsOf(await data.read(sequence, begin, partIds));
      if (!("ids" in found)) {
        const at = offset + (begin + found.at) * data.type.bytes;
        throw badData({ file: bin, offset: at }, `${found.wrong} is no id`);
      }
      if (held.length > 0) yield { kind: "ids", ids: held, end: false, from };
      held = found.ids;
    }
  }
  yield { kind: "ids", ids: held, end: true, from };
}

function gap(file: string, document: number, first: number, expected: number): Error {
  const reason = `document ${document} starts at sequence ${first}, but the one before ends at ${expected}`;
  return badData({ file: pairOf(file).idx, offset: 0 }, reason);
}
