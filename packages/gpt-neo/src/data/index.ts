export type { DocumentPart, Place } from "./document.ts";
export { type DataFile, dataFiles } from "./files.ts";
export { type Format, formats } from "./format.ts";
export { type Line, linesOf } from "./lines.ts";
export { type DataOptions, loadData, type TrainingData } from "./load.ts";
export { loadMixture, mixedSamples } from "./mixture.ts";
export { permutation } from "./permutation.ts";
export { type ReadOptions, readDocuments } from "./read.ts";
export {
  type Batch,
  batchesInOrder,
  ignoredLabel,
  type Position,
  type SampleSet,
  start,
  takeBatch,
} from "./samples.ts";
export {
  type Source,
  sourcesOf,
  type WrittenData,
  type WrittenSource,
  writtenData,
} from "./source.ts";
export { type TokenPart, tokenise, tokenRows, type Vocabulary } from "./tokenise.ts";
export { loadTrainingData } from "./training-data.ts";
