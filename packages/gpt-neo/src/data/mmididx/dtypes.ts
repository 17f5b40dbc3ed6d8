/** Numbers as an indexed file holds them. */
export type IndexedNumbers =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>;

/** A type that indexed files hold numbers in. */
export interface IndexedType {
  readonly code: number;
  readonly name: string;
  readonly bytes: number;
  /** The numbers of little-endian bytes, which begin where a number of this type may. */
  numbers(bytes: Uint8Array<ArrayBuffer>): IndexedNumbers;
}

/** An array of one type of numbers, over bytes that are there already. */
interface ArrayOver {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): IndexedNumbers;
}

function type(code: number, name: string, array: ArrayOver): IndexedType {
  const bytes = array.BYTES_PER_ELEMENT;
  return {
    code,
    name,
    bytes,
    numbers: (from) => new array(from.buffer, from.byteOffset, from.byteLength / bytes),
  };
}

/**
 * By their codes. Megatron-Core has 6 and 7 the other way round than NeoX; both are no ids, so
 * neither can be read as tokens.
 */
const types: readonly IndexedType[] = [
  type(1, "uint8", Uint8Array),
  type(2, "int8", Int8Array),
  type(3, "int16", Int16Array),
  type(4, "int32", Int32Array),
  type(5, "int64", BigInt64Array),
  type(8, "uint16", Uint16Array),
];

export function typeOfCode(code: number): IndexedType | undefined {
  return types.find((type) => type.code === code);
}

/** The type for ids below `vocabSize`, as the original chooses it. */
export function typeForVocabulary(vocabSize: number): IndexedType {
  return typeOfCode(vocabSize < 65500 ? 8 : 4)!;
}
