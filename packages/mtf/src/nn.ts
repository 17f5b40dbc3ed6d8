/**
 * Pieces of layers: norms, positions, attention, feed-forward networks, recurrent cells, losses. Each is
 * a function of named tensors, written in the ops of `mtf`, and split as they are.
 *
 * @module mtf/nn
 */

export { alibi } from "./nn/alibi.ts";
export { type AttentionOptions, attention } from "./nn/attention.ts";
export {
  type Affine,
  batchNorm,
  type Moments,
  momentsOf,
  movedMoments,
} from "./nn/batchNorm.ts";
export { causal } from "./nn/causal.ts";
export { clipActivationGradient } from "./nn/clipActivationGradient.ts";
export { type CompressedAttentionOptions, compressedAttention } from "./nn/compressedAttention.ts";
export { dropout } from "./nn/dropout.ts";
export { type EntmaxOptions, entmax } from "./nn/entmax.ts";
export { entmaxCrossEntropy } from "./nn/entmaxCrossEntropy.ts";
export { expertCapacity } from "./nn/experts/expertCapacity.ts";
export { expertChoiceRouter } from "./nn/experts/expertChoiceRouter.ts";
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
export { switchMaxRouter } from "./nn/experts/switchMaxRouter.ts";
export { type SwitchOptions, switchRouter } from "./nn/experts/switchRouter.ts";
export { type SeveralOptions, top2Router } from "./nn/experts/top2Router.ts";
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
export { type Activation, feedForward, type Linear } from "./nn/feedForward.ts";
export { gatedFeedForward } from "./nn/gatedFeedForward.ts";
export { geluExact } from "./nn/geluExact.ts";
export { gru } from "./nn/gru.ts";
export { linear } from "./nn/linear.ts";
export { type LocalAttentionOptions, localAttention } from "./nn/localAttention.ts";
export { type LstmState, lstm } from "./nn/lstm.ts";
export type { RecurrentWeights } from "./nn/recurrent.ts";
export { type BucketOptions, relativeBuckets } from "./nn/relativeBuckets.ts";
export { relativePositions } from "./nn/relativePositions.ts";
export { rmsNorm } from "./nn/rmsNorm.ts";
export { type RotaryOptions, rotary } from "./nn/rotary.ts";
export { rotaryAngles, rotaryFrequencies } from "./nn/rotaryAngles.ts";
export { scaleNorm } from "./nn/scaleNorm.ts";
export { separableConvolution } from "./nn/separableConvolution.ts";
export { sigmoidCrossEntropy } from "./nn/sigmoidCrossEntropy.ts";
export { sinusoids } from "./nn/sinusoids.ts";
export { type SmoothedOptions, smoothedCrossEntropy } from "./nn/smoothedCrossEntropy.ts";
