export {
  type AtomicOptions,
  type FileForWriting,
  type WritableFile,
  writeAtomically,
} from "./atomic.ts";
export { badFile } from "./bad-file.ts";
export { checkBox, rowBlocks, wholeBox } from "./boxes.ts";
export { type ByteSource, bytesInMemory, openBytes } from "./bytes.ts";
export { cannotWrite } from "./cannot-write.ts";
export type { ArrayFor, Elements, ReadAs } from "./decode.ts";
export { draftedAs, draftOf, removeDrafts } from "./draft.ts";
export type { AnyArray } from "./encode.ts";
export { findTensor } from "./find.ts";
export { whyNotJson } from "./json.ts";
export {
  type ModelTensor,
  type ModelWeights,
  type OpenModelOptions,
  openModel,
  type WriteModelOptions,
  writeModel,
} from "./model.ts";
export { openSafetensors, type Safetensors } from "./open.ts";
export { readShards } from "./shards.ts";
export { isStoredDType, type StoredDType, type StoredTensor, storedBits } from "./stored.ts";
export { type ReadOptions, readStrided, type StridedTensor } from "./strided.ts";
export { inFileOrder, type TensorToWrite, type WriteOptions, writeSafetensors } from "./write.ts";
