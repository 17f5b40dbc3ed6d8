export { chunkedSamples } from "./chunked-samples.ts";
export { type Chunk, chunksOf, type Range } from "./chunks.ts";
export type { DocumentPart, Place } from "./document.ts";
export { type Document, type Documents, documentParts } from "./documents.ts";
export { type DataFile, dataFiles } from "./files.ts";
export { type FillProgress, fill } from "./fill.ts";
export { type Format, formats } from "./format.ts";
export { type GrowingIds, growingChunks } from "./growing-chunks.ts";
export { divided } from "./held-back.ts";
export { openInPlace } from "./in-place.ts";
export { type LateChunk, shuffledChunks } from "./late-chunks.ts";
export { type Line, linesOf } from "./lines.ts";
export { type DataOptions, loadData, type TrainingData, tooShort } from "./load.ts";
export { mixedStream } from "./mixed-stream.ts";
export { loadMixture, mixedSamples, openEach } from "./mixture.ts";
export { pairOf } from "./mmididx/open.ts";
export { permutation } from "./permutation.ts";
export { type ReadOptions, readDocuments } from "./read.ts";
export { inIds, readIds, type TokenPart, type Vocabulary } from "./read-ids.ts";
export { isStream, type SampleStream, type Samples, takeFrom } from "./sample-stream.ts";
export {
  type Batch,
  batchesInOrder,
  ignoredLabel,
  type Position,
  type SampleSet,
  start,
  type Taken,
  takeBatch,
} from "./samples.ts";
export {
  type Source,
  sourcesOf,
  type WrittenData,
  type WrittenSource,
  writtenData,
} from "./source.ts";
export { type StoreOptions, tokenStore } from "./store.ts";
export { thinned } from "./thinned.ts";
export type { TokenSource } from "./token-source.ts";
export { loadTrainingData } from "./training-data.ts";
export { windowedStream } from "./windowed-stream.ts";
