/**
 * What a package needs that reads and writes tensors in formats of its own, as GPT-Neo's does.
 *
 * @module mtf/files
 */

// Reading: bytes by ranges, and boxes of tensors in them.

export {
  type ByteSource,
  bytesInMemory,
  checkBox,
  findTensor,
  isStoredDType,
  openBytes,
  type ReadOptions,
  readShards,
  readStrided,
  rowBlocks,
  type StoredDType,
  type StridedTensor,
  storedBits,
  wholeBox,
} from "./checkpoint/safetensors/index.ts";
export { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "./half.ts";
export { volumeOf } from "./shape.ts";

// Writing: files and folders that are there as a whole or not at all.

export {
  type AtomicOptions,
  cannotWrite,
  draftedAs,
  draftOf,
  type FileForWriting,
  inFileOrder,
  removeDrafts,
  type WritableFile,
  writeAtomically,
} from "./checkpoint/safetensors/index.ts";

// Saying what is wrong with a file, and what was probably meant.

export { badFile, whyNotJson } from "./checkpoint/safetensors/index.ts";
export { sentenceOf } from "./errors.ts";
export { nearest } from "./suggest.ts";
