/**
 * GPT-Neo: configs, data and tokenizers, weights of all formats, the model, training and generation.
 *
 * @module gpt-neo
 */

export {
  type Architecture,
  type Config,
  type ConfigFormat,
  type ConfigSource,
  type FoundConfig,
  type InitialWeights,
  loadConfig,
  parseConfig,
  presets,
  readConfig,
  saveConfig,
  type Training,
  type WrittenConfig,
  type WrittenTraining,
} from "./config/index.ts";
export { configJsonSchema } from "./config/json-schema.ts";
export {
  type DataFile,
  type Document,
  type DocumentPart,
  type Documents,
  dataFiles,
  type Format,
  type ReadOptions,
  readDocuments,
  readIds,
  type TokenPart,
  type WrittenData,
  type WrittenSource,
} from "./data/index.ts";
export { documentOptions } from "./documents.ts";
export {
  type EvaluateSettings,
  type Evaluation,
  evaluate,
} from "./eval/measure.ts";
export {
  type Answered,
  type AnsweredExample,
  type AnswerSettings,
  answer,
} from "./few-shot/answer.ts";
export type { Choice } from "./few-shot/choose.ts";
export { type Classified, type ClassifySettings, classify } from "./few-shot/classify.ts";
export type { CompleteSettings } from "./few-shot/complete.ts";
export type { Calibrate } from "./few-shot/content-free.ts";
export { type Translated, type TranslateSettings, translate } from "./few-shot/translate.ts";
export type { ChooseMesh, ChosenMesh } from "./fit/index.ts";
export { type GeneratedSequence, generateAll } from "./generate/all.ts";
export { type ChooseIdsOptions, chooseIds } from "./generate/by-logits/choose-ids.ts";
export type { NextLogitsOf } from "./generate/by-logits/next-logits-of.ts";
export {
  type BeamSearchOptions,
  type FoundBeam,
  searchBeams,
} from "./generate/by-logits/search-beams.ts";
export type { Decoding } from "./generate/decoding.ts";
export type { Draft } from "./generate/draft/draft.ts";
export { type Generating, generateEach } from "./generate/each.ts";
export { generate } from "./generate/generate.ts";
export type { GenerationConfig } from "./generate/generation-config.ts";
export type { DecodingOptions } from "./generate/options/decoding.ts";
export type {
  GenerateAllSettings,
  GenerateSettings,
  GenerateTextSettings,
  ToldSettings,
} from "./generate/options/settings.ts";
export type { Filters } from "./generate/processors/index.ts";
export { filterLogits, nextId, type Sampling } from "./generate/sample.ts";
export type { Chosen, Ending, Found } from "./generate/search/search.ts";
export type { FoundBy } from "./generate/search/together.ts";
export { generateText } from "./generate/text.ts";
export { type Inspected, inspect } from "./inspect/inspect.ts";
export { type LoadedModel, loadModel, type ModelOptions } from "./loaded-model.ts";
export { labelCount, loss, totalLoss } from "./loss.ts";
export {
  type Cache,
  type Continued,
  cacheOf,
  type Dims,
  dimsOf,
  type Forward,
  type ForwardOptions,
  forward,
  initialParameters,
  type LayerCache,
  type LayerPool,
  type Model,
  modelOf,
  type Paged,
  type ParameterBlock,
  type ParameterGroup,
  type ParameterName,
  type Parameters,
  type Pool,
  type PoolSize,
  parameterNames,
  parameterPlaceholders,
  poolOf,
  type WeightsDType,
} from "./models/index.ts";
export type { Chat, ChatMessage } from "./pipeline/chat.ts";
export type { GeneratedChat, GeneratedResult } from "./pipeline/made.ts";
export type { PipelineSettings } from "./pipeline/options.ts";
export { pipeline, type TextGenerationPipeline } from "./pipeline/pipeline.ts";
export type { StreamedPiece } from "./pipeline/streamed.ts";
export { type Score, score } from "./score/score.ts";
export { layoutOf, meshOf, openDevices, type SessionOptions } from "./session.ts";
export type { Scalar } from "./tensorboard/events.ts";
export { type EventLog, type EventLogOptions, openEvents } from "./tensorboard/log.ts";
export { type Event, readEvents } from "./tensorboard/read.ts";
export { type Tokenized, type TokenizeOptions, tokenize } from "./tokenize/tokenize.ts";
export {
  countWords,
  type JsonTokenizer,
  jsonTokenizer,
  loadTokenizer,
  makeTokenizer,
  saveTokenizer,
  type Tokenizer,
  type TokenizerSource,
  tokenizerNamed,
  tokenizerSource,
  trainTokenizer,
  type WordCounts,
  withSpecial,
} from "./tokenizer/index.ts";
export type { GivenDocuments } from "./train/data/given.ts";
export { type Gathered, gatherRun } from "./train/gather.ts";
export type {
  ProfiledStep,
  RunBegun,
  SampledText,
  SavedStep,
  TrainListener,
  TrainProgress,
  Validated,
} from "./train/listener.ts";
export type { State } from "./train/optimizer.ts";
export type { KeptRun, TrainOptions } from "./train/options.ts";
export { slicedState } from "./train/sliced-state.ts";
export { initialState, type Report, statePlaceholders, trainingStep } from "./train/step.ts";
export { train } from "./train/train.ts";
export type { TrainedInFolder, TrainedModel } from "./train/train-from.ts";
export type { Outcome, StepEntry } from "./train/training.ts";
export {
  type Converted,
  type ConvertOptions,
  convertWeights,
  type LoadOptions,
  loadWeights,
  type NamedTensors,
  openWeights,
  type WeightSource,
  type Weights,
  type WeightTensor,
  type WeightType,
} from "./weights/index.ts";
