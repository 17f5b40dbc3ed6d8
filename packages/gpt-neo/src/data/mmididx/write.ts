import { rm } from "node:fs/promises";
import { MtfError } from "mtf";
import { type WritableFile, writeAtomically } from "mtf/files";
import { pull } from "../bytes/pull.ts";
import { type IndexedType, typeForVocabulary } from "./dtypes.ts";
import { headerBytes, magic } from "./header.ts";
import { pairOf } from "./open.ts";

export interface IndexedOptions {
  /** Decides the type, as the original does: 16 bits below 65,500. */
  readonly vocabSize: number;
}

/**
 * Writes a pair of files that Megatron and NeoX read, each as a whole or not at all; while there are
 * both, they belong together. A document is a list of sequences; most have one.
 *
 * @throws MtfError `bad-file` if they cannot be written
 * @example
 * await writeIndexed("out/text_document", [[[5, 6, 7]], [[8, 9]]], { vocabSize: 50257 });
 */
export async function writeIndexed(
  path: string,
  documents: AsyncIterable<Document> | Iterable<Document>,
  { vocabSize }: IndexedOptions,
): Promise<void> {
  const { bin, idx } = pairOf(path);
  const type = typeForVocabulary(vocabSize);
  const sizes = growing(Int32Array);
  const borders = growing(Float64Array);
  borders.push(0);
  const writeIds = async (file: WritableFile): Promise<void> => {
    for await (const document of documents) {
      for (const sequence of document) {
        if (sequence.length > longestSequence) throw tooLong(bin, sequence.length);
        sizes.push(sequence.length);
        await file.write(bytesOfIds(sequence, type));
      }
      borders.push(sizes.length);
    }
  };
  // An earlier index says nothing of these ids.
  await writeAtomically(bin, writeIds, { whole: () => rm(idx, { force: true }) });
  await writeAtomically(idx, (file) => writeIndex(file, type, sizes.values(), borders.values()));
}

type Document = Iterable<ArrayLike<number>>;

function tooLong(bin: string, length: number): MtfError {
  return new MtfError(
    "bad-argument",
    `${bin}: a sequence has ${length} ids, too many for an index.`,
    {
      try: [`sequences of at most ${longestSequence} ids; a document may have several`],
    },
  );
}

/** Ids as a `.bin` holds them; they themselves where they lie so already. */
export function bytesOfIds(ids: ArrayLike<number>, type: IndexedType): Uint8Array {
  const kind = type.bytes === 2 ? Uint16Array : Int32Array;
  const array = ids instanceof kind ? ids : new kind(ids);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Entries of a table put into bytes at once. */
const block = 8192;

/** Writes an index of sequences that lie one after the other. */
export async function writeIndex(
  file: WritableFile,
  type: IndexedType,
  sizes: Int32Array,
  borders: Float64Array,
): Promise<void> {
  await file.write(indexHead(type, sizes.length, borders.length));
  await file.write(new Uint8Array(sizes.buffer, sizes.byteOffset, sizes.byteLength));
  let offset = 0;
  await writeInt64(file, sizes.length, (i) => {
    const at = offset;
    offset += sizes[i]! * type.bytes;
    return at;
  });
  await writeInt64(file, borders.length, (i) => borders[i]!);
}

/** The most ids of a sequence: its size is a signed number of 32 bits. */
export const longestSequence: number = 2 ** 31 - 1;

/** An index whose sizes need not fit in memory. */
export interface SizesOnDisk {
  readonly type: IndexedType;
  readonly sequences: number;
  /** The few sequences, ascending, that go on with the document of the one before. */
  readonly continued: readonly number[];
  /** The sizes, 32 bits each, whenever they are asked for. */
  readonly sizes: () => AsyncIterable<Uint8Array>;
}

/** Writes the index of documents that lie one after the other, hardly any of several sequences. */
export async function writeIndexOf(
  file: WritableFile,
  { type, sequences, continued, sizes }: SizesOnDisk,
): Promise<void> {
  const borders = sequences + 1 - continued.length;
  await file.write(indexHead(type, sequences, borders));
  for await (const chunk of sizes()) await file.write(chunk);
  let offset = 0;
  const bytes = pull(sizes());
  for (let first = 0; first < sequences; first += block) {
    const count = Math.min(block, sequences - first);
    const some = (await bytes.take(4 * count)).slice();
    const view = new DataView(some.buffer);
    await writeInt64(file, count, (i) => {
      const at = offset;
      offset += view.getInt32(4 * i, true) * type.bytes;
      return at;
    });
  }
  await bytes.close();
  let passed = 0;
  await writeInt64(file, borders, (i) => {
    while (continued[passed] === i + passed) passed++;
    return i + passed;
  });
}

function indexHead(type: IndexedType, sequences: number, borders: number): Uint8Array {
  const head = new Uint8Array(headerBytes);
  const view = new DataView(head.buffer);
  head.set(magic);
  view.setBigUint64(9, 1n, true);
  head[17] = type.code;
  view.setBigUint64(18, BigInt(sequences), true);
  view.setBigUint64(26, BigInt(borders), true);
  return head;
}

async function writeInt64(
  file: WritableFile,
  length: number,
  value: (index: number) => number,
): Promise<void> {
  for (let first = 0; first < length; first += block) {
    const count = Math.min(block, length - first);
    const values = BigInt64Array.from({ length: count }, (_, i) => BigInt(value(first + i)));
    await file.write(new Uint8Array(values.buffer));
  }
}

interface Growing<A> {
  readonly length: number;
  push(value: number): void;
  values(): A;
}

/** A list of numbers in as many bytes as they need: documents are counted in hundred millions. */
function growing<A extends Int32Array | Float64Array>(kind: new (length: number) => A): Growing<A> {
  let all = new kind(1024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === all.length) {
        const larger = new kind(2 * length);
        larger.set(all);
        all = larger;
      }
      all[length++] = value;
    },
    values: () => all.subarray(0, length) as A,
  };
}
