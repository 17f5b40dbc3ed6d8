export { typeForVocabulary } from "./dtypes.ts";
export { type IndexedData, openIndexed, pairOf } from "./open.ts";
export { readIndexed } from "./read.ts";
export { type IndexedOptions, writeIndexed } from "./write.ts";
