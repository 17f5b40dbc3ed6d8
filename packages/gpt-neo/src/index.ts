// The commands, as functions of their options.
export type { EvalOptions } from "./cli/eval-options.ts";
export type { GenerateOptions } from "./cli/generate-options.ts";
export type { TrainOptions } from "./cli/train-options.ts";
export { type Config, loadConfig, parseConfig, presets, saveConfig } from "./config/index.ts";
export {
  type DataFile,
  type DocumentPart,
  dataFiles,
  type Format,
  type ReadOptions,
  readDocuments,
  type TokenPart,
  tokenise,
} from "./data/index.ts";
export { type Dims, dimsOf } from "./dims.ts";
export { type Evaluation, run as runEval } from "./eval/command.ts";
export { type Generated, run as runGenerate } from "./generate/command.ts";
export { type GenerateSettings, generate } from "./generate/generate.ts";
export { filterLogits, nextId, type Sampling } from "./generate/sample.ts";
export { type LoadedModel, loadModel } from "./loaded-model.ts";
export {
  type Forward,
  type ForwardOptions,
  forward,
  labelCount,
  loss,
  totalLoss,
} from "./model.ts";
export { type ParameterName, parameterNames } from "./parameter-names.ts";
export {
  type Block,
  initialParameters,
  type Norm,
  type Parameters,
  parameterPlaceholders,
} from "./parameters.ts";
export { layoutOf, meshOf, openDevices, type SessionOptions } from "./session.ts";
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
export { run as runTrain, type TrainExtras } from "./train/command.ts";
export { initialState, type Report, type State, trainingStep } from "./train/step.ts";
export { type Outcome, type StepEntry, type Training, train } from "./train/train.ts";
