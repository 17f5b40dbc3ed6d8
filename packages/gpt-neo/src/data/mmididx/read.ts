import { badData } from "../bad-data.ts";
import type { DocumentPart } from "../document.ts";
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
      const at = offset + begin * data.type.bytes;
      const ids = idsOf(await data.read(sequence, begin, partIds), bin, at, data.type.bytes);
      if (held.length > 0) yield { kind: "ids", ids: held, end: false, from };
      held = ids;
    }
  }
  yield { kind: "ids", ids: held, end: true, from };
}

function idsOf(
  values: readonly number[],
  file: string,
  offset: number,
  width: number,
): Int32Array<ArrayBuffer> {
  const wrong = values.findIndex((id) => id < 0 || id >= 2 ** 31);
  if (wrong >= 0) {
    throw badData({ file, offset: offset + wrong * width }, `${values[wrong]} is no id`);
  }
  return Int32Array.from(values);
}

function gap(file: string, document: number, first: number, expected: number): Error {
  const reason = `document ${document} starts at sequence ${first}, but the one before ends at ${expected}`;
  return badData({ file: pairOf(file).idx, offset: 0 }, reason);
}
