export {
  type ActivationName,
  type ElementwiseName,
  isUsualActivation,
  type LearnedName,
  type OriginalActivation,
  type RowwiseName,
  type UsualActivation,
} from "./activation-names.ts";
export {
  type Architecture,
  type RotaryScaling,
  unusualOf,
  usualArchitecture,
} from "./architecture.ts";
export { expandAttentionTypes } from "./attention.ts";
export type {
  AttentionType,
  AttentionTypes,
  Config,
  ModelType,
  Training,
} from "./config.ts";
export { type EndKey, endKeys, type LeftOut } from "./ends.ts";
export type { Experts, RouterPolicy, SecondPolicy } from "./experts.ts";
export type { ConfigFormat, ConfigSource, FoundConfig } from "./found.ts";
export { saveConfig, toHuggingFace, toJson, trainedPart, withDtype } from "./hugging-face.ts";
export type { InitialWeights } from "./initial-weights.ts";
export { loadConfig, readConfig } from "./load.ts";
export type { Masking } from "./masking.ts";
export { type OptimizerName, optimizerNames } from "./optimizer-names.ts";
export type { OriginalParts } from "./original-parts.ts";
export { type Keys, readConfigOfRun, readConfigOver } from "./over.ts";
export { withTraining } from "./override.ts";
export { presets } from "./presets.ts";
export { rotatedOf } from "./rotated.ts";
export { type ScheduleName, scheduleNames } from "./schedule-names.ts";
export { parseConfig, trainingKeys } from "./schema.ts";
export type { WrittenConfig, WrittenTraining } from "./written.ts";
