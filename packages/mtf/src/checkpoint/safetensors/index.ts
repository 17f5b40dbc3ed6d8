export {
  type AtomicOptions,
  type FileForWriting,
  type WritableFile,
  writeAtomically,
} from "./atomic.ts";
export { type ByteSource, bytesInMemory, openBytes } from "./bytes.ts";
export type { AnyArray, NumberArray, ReadAs } from "./convert.ts";
export { draftOf, removeDrafts } from "./draft.ts";
export { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "./half.ts";
export { whyNotJson } from "./json.ts";
export {
  type ModelTensor,
  type ModelWeights,
  openModel,
  type WriteModelOptions,
  writeModel,
} from "./model.ts";
export { type ArrayFor, openSafetensors, type ReadOptions, type Safetensors } from "./open.ts";
export { type Run, rowBlocks, runsOf, wholeBox } from "./runs.ts";
export { isStoredDType, type StoredDType, type StoredTensor, storedBits } from "./stored.ts";
export { type TensorToWrite, type WriteOptions, writeSafetensors } from "./write.ts";
