/**
 * Files of tensors: safetensors, whole or by boxes, and checkpoints of what lies on a mesh.
 *
 * @module mtf/checkpoint
 */

export type {
  AnyArray,
  ArrayFor,
  Elements,
  ModelTensor,
  ModelWeights,
  OpenModelOptions,
  ReadAs,
  ReadOptions,
  Safetensors,
  StoredDType,
  StoredTensor,
  TensorToWrite,
  WriteModelOptions,
  WriteOptions,
} from "./checkpoint/safetensors/index.ts";
export {
  openModel,
  openSafetensors,
  writeModel,
  writeSafetensors,
} from "./checkpoint/safetensors/index.ts";
export * from "./checkpoint/sharded/index.ts";
