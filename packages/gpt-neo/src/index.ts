export { type Config, loadConfig, parseConfig, presets, saveConfig } from "./config/index.ts";
export { type Dims, dimsOf } from "./dims.ts";
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
export { loadTokenizer, type Tokenizer, tokenizerNamed } from "./tokenizer/index.ts";
export { initialState, type Report, type State, trainingStep } from "./train/step.ts";
export { type Outcome, type StepEntry, type Training, train } from "./train/train.ts";
