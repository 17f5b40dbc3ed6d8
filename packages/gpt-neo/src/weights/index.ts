export { type Converted, type ConvertOptions, convertWeights } from "./convert.ts";
export { expectedWeights } from "./expected.ts";
export { checkpointFile, homeOf } from "./home.ts";
export { type LoadOptions, loadWeights, type Weights } from "./load.ts";
export { openWeights } from "./open.ts";
export { openPytorch } from "./pytorch/open.ts";
export type { Box, NamedTensors, WeightFormat, WeightSource, WeightTensor } from "./source.ts";
export { openBundle } from "./tensorflow/open.ts";
export type { WeightType } from "./weight-type.ts";
