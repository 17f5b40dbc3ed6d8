/**
 * Pieces of layers: norms, positions, attention, feed-forward networks, recurrent cells, losses. Each is
 * a function of named tensors, written in the ops of `mtf`, and split as they are.
 *
 * @module mtf/nn
 */

export { adaptiveEmbedding } from "./nn/adaptive/adaptiveEmbedding.ts";
export { adaptiveLogits } from "./nn/adaptive/adaptiveLogits.ts";
export {
  type AdaptiveSoftmaxWeights,
  adaptiveCrossEntropy,
  adaptiveLogSoftmax,
} from "./nn/adaptive/adaptiveSoftmax.ts";
export type { Cluster } from "./nn/adaptive/clusters.ts";
export {
  type AdaptiveComputation,
  type AdaptiveComputationOptions,
  adaptiveComputation,
} from "./nn/adaptiveComputation.ts";
export { alibi } from "./nn/alibi.ts";
export { type AttentionOptions, attention, type Scoring } from "./nn/attention.ts";
export {
  type Affine,
  type BatchNormParams,
  batchNorm,
  batchNormParams,
  type Moments,
  momentsOf,
  movedMoments,
} from "./nn/batchNorm.ts";
export { causal } from "./nn/causal.ts";
export { clipActivationGradient } from "./nn/clipActivationGradient.ts";
export { type CompressedAttentionOptions, compressedAttention } from "./nn/compressedAttention.ts";
export {
  type ConvolutionBlockOptions,
  type ConvolutionParams,
  convolutionBlock,
  convolutionParams,
} from "./nn/convolutionBlock.ts";
export { correlation } from "./nn/correlation.ts";
export { type CrossAttentionOptions, crossAttention } from "./nn/crossAttention.ts";
export { type DenseOptions, type DenseParams, dense, denseParams } from "./nn/dense.ts";
export { denseEach } from "./nn/denseEach.ts";
export { denseProduct } from "./nn/denseProduct.ts";
export { distributionCrossEntropy } from "./nn/distributionCrossEntropy.ts";
export { type DropoutOptions, dropout } from "./nn/dropout.ts";

export { embedding, embeddingParams } from "./nn/embedding.ts";

export { type EntmaxOptions, entmax } from "./nn/entmax.ts";
export { entmaxCrossEntropy } from "./nn/entmaxCrossEntropy.ts";

export { type Dispatched, type DispatchedGating, dispatch } from "./nn/experts/dispatch.ts";
export { expertCapacity } from "./nn/experts/expertCapacity.ts";
export { expertChoiceRouter } from "./nn/experts/expertChoiceRouter.ts";
export {
  type ExpertParams,
  type ExpertParamsOptions,
  expertParams,
} from "./nn/experts/expertParams.ts";
export type {
  Assignment,
  Choice,
  ExpertsChoose,
  Gating,
  Router,
  TokensChoose,
} from "./nn/experts/gating.ts";
export type { LaterChoices } from "./nn/experts/laterChoices.ts";
export {
  type ExpertWeights,
  type Mixture,
  type MixtureOptions,
  mixtureOfExperts,
} from "./nn/experts/mixtureOfExperts.ts";
export type { Noise } from "./nn/experts/noise.ts";
export { noTokenLeftBehindRouter } from "./nn/experts/noTokenLeftBehindRouter.ts";
export type { SeveralOptions } from "./nn/experts/severalOptions.ts";
export { switchMaxRouter } from "./nn/experts/switchMaxRouter.ts";
export { type SwitchOptions, switchRouter } from "./nn/experts/switchRouter.ts";
export { top2Router } from "./nn/experts/top2Router.ts";
export { topNRouter } from "./nn/experts/topNRouter.ts";
export {
  type InnerRoutes,
  type TwoLevelOptions,
  type TwoLevelWeights,
  twoLevelExperts,
} from "./nn/experts/twoLevelExperts.ts";
export {
  type ExtraLogit,
  logSoftmaxWithExtra,
  logsumexpWithExtra,
  softmaxWithExtra,
} from "./nn/extraLogit.ts";
export { feedForward, feedForwardParams } from "./nn/feedForward.ts";
export { type FlashAttentionOptions, flashAttention } from "./nn/flashAttention.ts";
export {
  type GatedParams,
  gatedFeedForward,
  gatedFeedForwardParams,
} from "./nn/gatedFeedForward.ts";
export { geluExact } from "./nn/geluExact.ts";
export { gru, gruParams } from "./nn/gru.ts";
export { layerNormParams } from "./nn/layerNormParams.ts";
export { type Activation, type Linear, linear } from "./nn/linear.ts";
export {
  type LinearCrossEntropy,
  type LinearCrossEntropyOptions,
  linearCrossEntropy,
} from "./nn/linearCrossEntropy/linearCrossEntropy.ts";
export { type LocalAttentionOptions, localAttention } from "./nn/localAttention.ts";
export { type LstmState, lstm, lstmParams } from "./nn/lstm.ts";
export { type MaskedAttentionOptions, maskedAttention } from "./nn/maskedAttention.ts";
export { type MixtapeDims, type MixtapeWeights, mixtape } from "./nn/mixtape.ts";
export { type MixtureOfSoftmaxesWeights, mixtureOfSoftmaxes } from "./nn/mixtureOfSoftmaxes.ts";
export { type NeighborhoodOptions, neighborhoodAttention } from "./nn/neighborhoodAttention.ts";
export { type PagedAttentionOptions, pagedAttention } from "./nn/pagedAttention.ts";
export { beginningAs, byPath, type InPlaces, type PathRules } from "./nn/parameters/byPath.ts";
export {
  constantly,
  evenly,
  normally,
  type ScalingOptions,
  varianceScaling,
  type WeightInitializer,
} from "./nn/parameters/initializers.ts";
export {
  type Initializer,
  isParameter,
  type Parameter,
  parameter,
} from "./nn/parameters/parameter.ts";
export { type Stacked, stackedParams } from "./nn/parameters/stackedParams.ts";
export { initialValues, placeholdersOf, type Values } from "./nn/parameters/values.ts";
export { type ProductKeyOptions, productKeyMemory } from "./nn/productKeyMemory.ts";
export type { RecurrentWeights } from "./nn/recurrent.ts";
export type { RecurrentDims, RecurrentParams } from "./nn/recurrentParams.ts";
export { type BucketOptions, relativeBuckets } from "./nn/relativeBuckets.ts";
export { relativePositions } from "./nn/relativePositions.ts";
export { rmsNorm, rmsNormParams } from "./nn/rmsNorm.ts";
export { type RotaryOptions, rotary } from "./nn/rotary.ts";
export { rotaryAngles, rotaryFrequencies } from "./nn/rotaryAngles.ts";
export { scaleNorm, scaleNormParams } from "./nn/scaleNorm.ts";
export {
  type AttentionParams,
  type AttentionWeights,
  attentionParams,
  type SelfAttentionOptions,
  selfAttention,
} from "./nn/selfAttention.ts";
export { separableConvolution, separableConvolutionParams } from "./nn/separableConvolution.ts";
export { sigmoidCrossEntropy } from "./nn/sigmoidCrossEntropy.ts";
export { sinusoids } from "./nn/sinusoids.ts";
export { type SmoothedOptions, smoothedCrossEntropy } from "./nn/smoothedCrossEntropy.ts";
export { unitEinsum } from "./nn/unitEinsum.ts";
