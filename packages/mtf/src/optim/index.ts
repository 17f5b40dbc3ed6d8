export {
  type AdafactorOptions,
  type AdafactorState,
  adafactor,
  adafactorState,
  type SquaresOf,
} from "./adafactor.ts";
export { type AdagradOptions, type AdagradState, adagrad, adagradState } from "./adagrad.ts";
export { type AdamOptions, type AdamState, adam, adamState, adamw } from "./adam.ts";
export { clipAdaptively, clipByValue } from "./clip.ts";
export { ema } from "./ema.ts";
export type { Schedule } from "./formula.ts";
export { inverseSquareRoot, noam } from "./inverseSquareRoot.ts";
export { type LionOptions, type LionState, lion, lionState } from "./lion.ts";
export { type MuonOptions, type MuonState, muon, muonState } from "./muon.ts";
export { clipByGlobalNorm, globalNorm } from "./norm.ts";
export type { Sides } from "./orthogonal.ts";
export { productRate, warmupStableDecay } from "./productRate.ts";
export { type RmspropOptions, type RmspropState, rmsprop, rmspropState } from "./rmsprop.ts";
export {
  constantRate,
  cosineDecay,
  type DecayOptions,
  linearDecay,
  linearWarmup,
  schedule,
} from "./schedule.ts";
export { type MomentumState, momentum, momentumState, sgd } from "./sgd.ts";
export { slantedTriangular } from "./slantedTriangular.ts";
export type { Factoring, Squares } from "./squares.ts";
export type { StepOptions, StepState } from "./stepBy.ts";
export type { Rate } from "./update.ts";
