/** A type that indexed files hold numbers in. */
export interface IndexedType {
  readonly code: number;
  readonly name: string;
  readonly bytes: number;
  /** The numbers of little-endian bytes. */
  read(view: DataView, at: number): number;
}

const wide = (read: (view: DataView, at: number) => bigint) => (view: DataView, at: number) =>
  Number(read(view, at));

/**
 * By their codes. Megatron-Core has 6 and 7 the other way round than NeoX; both are no ids, so
 * neither can be read as tokens.
 */
const types: readonly IndexedType[] = [
  { code: 1, name: "uint8", bytes: 1, read: (view, at) => view.getUint8(at) },
  { code: 2, name: "int8", bytes: 1, read: (view, at) => view.getInt8(at) },
  { code: 3, name: "int16", bytes: 2, read: (view, at) => view.getInt16(at, true) },
  { code: 4, name: "int32", bytes: 4, read: (view, at) => view.getInt32(at, true) },
  { code: 5, name: "int64", bytes: 8, read: wide((view, at) => view.getBigInt64(at, true)) },
  { code: 8, name: "uint16", bytes: 2, read: (view, at) => view.getUint16(at, true) },
];

export function typeOfCode(code: number): IndexedType | undefined {
  return types.find((type) => type.code === code);
}

/** The type for ids below `vocabSize`, as the original chooses it. */
export function typeForVocabulary(vocabSize: number): IndexedType {
  return typeOfCode(vocabSize < 65500 ? 8 : 4)!;
}
